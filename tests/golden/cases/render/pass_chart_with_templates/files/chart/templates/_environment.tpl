{{/*
The environment of a container: (dict "root" $ "key" KEY "database" DATABASE "phase" PHASE "dryRun" BOOL
"delivery" what windlass.delivery says). A setting NAME of windlass-hook is the variable WINDLASS_NAME; a value is a text,
a list, a map, or {secret: NAME, key: KEY}.
*/}}
{{- define "windlass.environment" -}}
{{- $connection := .database.connection | default dict }}
{{- $settings := dict }}
{{- range $name, $value := .database.settings | default dict }}
{{- $_ := set $settings $name $value }}
{{- end }}
{{- if $connection.urlSecret }}
{{- $_ := set $settings "database-url" (dict "secret" $connection.urlSecret.name "key" $connection.urlSecret.key) }}
{{- else if $connection.host }}
{{- $_ := set $settings "database-host" $connection.host }}
{{- $_ := set $settings "database-port" ($connection.port | default 5432 | int | toString) }}
{{- $_ := set $settings "database-name" (required (printf "windlass: databases.%s.connection.name is needed beside host" .key) $connection.name) }}
{{- with $connection.user }}{{ $_ := set $settings "database-user" . }}{{ end }}
{{- with $connection.userSecret }}{{ $_ := set $settings "database-user" (dict "secret" .name "key" .key) }}{{ end }}
{{- with $connection.passwordSecret }}{{ $_ := set $settings "database-password" (dict "secret" .name "key" .key) }}{{ end }}
{{- else }}
{{- fail (printf "windlass: databases.%s.connection needs urlSecret, or host and name" .key) }}
{{- end }}
{{- with $connection.directUrlSecret }}{{ $_ := set $settings "direct-database-url" (dict "secret" .name "key" .key) }}{{ end }}
{{- with .database.defaultSchema }}{{ $_ := set $settings "default-schema" . }}{{ end }}
{{- with .database.schemas }}{{ $_ := set $settings "schemas" . }}{{ end }}
{{- with .database.historyTable }}{{ $_ := set $settings "history-table" . }}{{ end }}
{{- with .root.Values.environment }}{{ $_ := set $settings "environment" . }}{{ end }}
{{- with .database.placeholders }}{{ $_ := set $settings "placeholders" . }}{{ end }}
{{- $_ := set $settings "run-labels" (dict "database" .key "image" .root.Values.image "project" (include "windlass.project" .root)) }}
{{- if eq .phase "guard" }}
{{- $settings = pick $settings "database-url" "database-host" "database-port" "database-name" "database-user" "database-password" "default-schema" "history-table" "environment" "guard-wait" "connect-timeout" }}
{{- if and .database.schemas (not .database.defaultSchema) }}{{ $_ := set $settings "default-schema" (first .database.schemas) }}{{ end }}
{{- if .database.version }}
{{- $_ := set $settings "expect-version" (.database.version | toString) }}
{{- else if .database.digest }}
{{- $_ := set $settings "expect-digest" .database.digest }}
{{- end }}
{{- else if eq .phase "rollback" }}
{{- $settings = omit $settings "target" }}
{{- else }}
{{- $_ := set $settings "locations" .delivery.locations }}
{{- with .database.digest }}{{ $_ := set $settings "expect-digest" . }}{{ end }}
{{- if eq .phase "verify" }}
{{- with .delivery.verifyLocations }}{{ $_ := set $settings "verify-locations" . }}{{ end }}
{{- with .database.version }}{{ $_ := set $settings "expect-version" (. | toString) }}{{ end }}
{{- with .database.allowNotValid }}{{ $_ := set $settings "allow-not-valid" . }}{{ end }}
{{- else if eq .phase "backup" }}
{{- $_ := set $settings "backup-dir" "/windlass/backup" }}
{{- with .database.backup }}{{ with .retention }}{{ $_ := set $settings "backup-retention" (. | int | toString) }}{{ end }}{{ end }}
{{- end }}
{{- if and .delivery.hasContract (has .phase (list "migrate" "verify")) }}{{ $_ := set $settings "defer-contract" "true" }}{{ end }}
{{- if .dryRun }}{{ $_ := set $settings "dry-run" "true" }}{{ end }}
{{- end }}
{{- range $name, $value := $settings }}
- name: WINDLASS_{{ $name | upper | replace "-" "_" }}
  {{- if and (kindIs "map" $value) (hasKey $value "secret") }}
  valueFrom:
    secretKeyRef:
      name: {{ $value.secret }}
      key: {{ $value.key }}
  {{- else }}
  value: {{ include "windlass.settingText" (dict "name" $name "value" $value) | replace "$" "$$" | toJson }}
  {{- end }}
{{- end }}
{{- if eq .phase "rollback" }}
- name: WINDLASS_TARGET
  value: ""
- name: WINDLASS_CONFIRM
  value: ""
{{- end }}
{{- with $connection.sslMode }}
- name: PGSSLMODE
  value: {{ . }}
{{- end }}
{{- if ne .phase "guard" }}
{{- with .database.env }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end }}

{{/* Lists and maps with commas between their entries; an entry with a comma of its own has no place there. */}}
{{- define "windlass.settingText" -}}
{{- $entries := list }}
{{- if kindIs "slice" .value }}
{{- range .value }}{{ $entries = append $entries (toString .) }}{{ end }}
{{- else if kindIs "map" .value }}
{{- range $key, $text := .value }}{{ $entries = append $entries (printf "%s=%s" $key (toString $text)) }}{{ end }}
{{- else if kindIs "float64" .value }}
{{- $entries = list (.value | int64 | toString) }}
{{- else }}
{{- $entries = list (toString .value) }}
{{- end }}
{{- if or (kindIs "slice" .value) (kindIs "map" .value) }}
{{- range $entries }}
{{- if or (contains "," .) (contains "\n" .) }}
{{- fail (printf "windlass: an entry of %s holds a comma or a line end, which no variable can carry: render the chart by windlass render --target helm" $.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- join "," $entries -}}
{{- end }}
