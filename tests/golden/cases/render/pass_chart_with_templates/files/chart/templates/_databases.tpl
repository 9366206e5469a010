{{/*
Every database with its ConfigMaps, the containers and volumes of its Jobs, and its guard, by key. What
`windlass render` wrote has them; for values written by hand they are made here. Read it with fromYaml.
*/}}
{{- define "windlass.databases" -}}
{{- $root := . }}
{{- if not .Values.databases }}
{{- fail "windlass: databases is empty. Name at least one database: databases.main.connection.urlSecret.name" }}
{{- end }}
{{- range $key, $database := .Values.databases }}
{{- if $database }}
{{- if $database.jobs }}
{{ $key }}: {{ toJson $database }}
{{- else }}
{{ $key }}:
  {{- include "windlass.database" (dict "root" $root "key" $key "database" $database) | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "windlass.database" -}}
{{- $project := include "windlass.project" .root }}
{{- $base := ternary $project (printf "%s-%s" $project .key) (eq (len .root.Values.databases) 1) }}
{{- $scripts := include "windlass.files" (dict "root" .root "files" .database.scripts "glob" .database.scriptFiles) | fromJson }}
{{- if not $scripts }}
{{- fail (printf "windlass: databases.%s has no scripts. Give scripts (path and text of each) or scriptFiles (a glob below the chart)" .key) }}
{{- end }}
{{- $queries := include "windlass.files" (dict "root" .root "files" .database.queries "glob" .database.queryFiles) | fromJson }}
{{- $sqlName := include "windlass.name" (dict "base" $base "suffix" "sql-0") }}
{{- $queriesName := include "windlass.name" (dict "base" $base "suffix" "queries-0") }}
{{- $tmp := dict "volume" (dict "name" "tmp" "emptyDir" (dict "sizeLimit" "64Mi")) "mount" (dict "name" "tmp" "mountPath" "/tmp") }}
{{- $sql := include "windlass.filesVolume" (dict "volume" "sql" "path" "/windlass/sql" "map" $sqlName "files" $scripts) | fromYaml }}
{{- $hasContract := false }}
{{- range $path, $text := $scripts }}
{{- if regexMatch "(?m)^\\s*--\\s*windlass:\\s*contract\\s*$" $text }}{{ $hasContract = true }}{{ end }}
{{- end }}
{{- $context := dict "hasContract" $hasContract "root" .root "key" .key "database" .database "folders" (include "windlass.folders" $scripts) "queryFolders" (include "windlass.folders" $queries) }}
{{- $backup := .database.backup | default dict }}
{{- $volumes := .database.volumes | default list }}
{{- $sidecars := list }}
{{- range .database.sidecars }}
{{- $sidecars = append $sidecars (dict "name" .name "raw" .) }}
{{- end }}
base: {{ $base }}
{{- with .database.digest }}
digest: {{ . | quote }}
{{- end }}
{{- with .database.version }}
version: {{ . | quote }}
{{- end }}
configMaps:
- name: {{ $sqlName }}
  data:
    {{- range $path, $text := $scripts }}
    {{ include "windlass.configKey" $path }}: {{ $text | toJson }}
    {{- end }}
{{- if $queries }}
- name: {{ $queriesName }}
  data:
    {{- range $path, $text := $queries }}
    {{ include "windlass.configKey" $path }}: {{ $text | toJson }}
    {{- end }}
{{- end }}
jobs:
  {{- if ne (toString $backup.enabled) "false" }}
  {{- $volume := dict "name" "backup" "emptyDir" (dict "sizeLimit" ($backup.size | default "1Gi")) }}
  {{- if $backup.claimName }}
  {{- $volume = dict "name" "backup" "persistentVolumeClaim" (dict "claimName" $backup.claimName) }}
  {{- end }}
  backup:
    {{- with $sidecars }}
    initContainers:
      {{- toYaml . | nindent 4 }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "backup" "mounts" (list $tmp.mount $sql.mount (dict "name" "backup" "mountPath" "/windlass/backup"))) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat (list $tmp.volume $sql.volume $volume) $volumes) | nindent 6 }}
  {{- end }}
  migrate:
    initContainers:
    {{- with $sidecars }}
      {{- toYaml . | nindent 4 }}
    {{- end }}
    - {{ include "windlass.run" (dict "context" $context "phase" "preflight" "mounts" (list $tmp.mount $sql.mount)) | nindent 6 | trim }}
    {{- if .database.dryRunFirst }}
    - {{ include "windlass.run" (dict "context" $context "phase" "migrate" "name" "dry-run" "mounts" (list $tmp.mount $sql.mount)) | nindent 6 | trim }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "migrate" "mounts" (list $tmp.mount $sql.mount)) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat (list $tmp.volume $sql.volume) $volumes) | nindent 6 }}
  verify:
    {{- $mounts := list $tmp.mount $sql.mount }}
    {{- $ours := list $tmp.volume $sql.volume }}
    {{- if $queries }}
    {{- $files := include "windlass.filesVolume" (dict "volume" "queries" "path" "/windlass/verify" "map" $queriesName "files" $queries) | fromYaml }}
    {{- $mounts = append $mounts $files.mount }}
    {{- $ours = append $ours $files.volume }}
    {{- end }}
    {{- with $sidecars }}
    initContainers:
      {{- toYaml . | nindent 4 }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "verify" "mounts" $mounts) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat $ours $volumes) | nindent 6 }}
  {{- if $hasContract }}
  contract:
    {{- with $sidecars }}
    initContainers:
      {{- toYaml . | nindent 4 }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "contract" "mounts" (list $tmp.mount $sql.mount)) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat (list $tmp.volume $sql.volume) $volumes) | nindent 6 }}
  {{- end }}
rollback:
  {{- with $sidecars }}
  initContainers:
    {{- toYaml . | nindent 2 }}
  {{- end }}
  containers:
  - {{ include "windlass.run" (dict "context" $context "phase" "rollback" "mounts" (list $tmp.mount)) | nindent 4 | trim }}
  volumes:
    {{- toYaml (concat (list $tmp.volume) $volumes) | nindent 4 }}
guard:
  {{- with $volumes }}
  volumes:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  initContainers:
  {{- with $sidecars }}
    {{- toYaml . | nindent 2 }}
  {{- end }}
  - {{ include "windlass.run" (dict "context" $context "phase" "guard" "name" "windlass-guard") | nindent 4 | trim }}
    resources: {requests: {cpu: 10m, memory: 64Mi}, limits: {memory: 64Mi}}
    runAsUser: {{ dig "securityContext" "runAsUser" 65532 .root.Values.pod | int64 }}
{{- end }}

{{/*
Path -> text: what stands in the values, and the files below the chart that the glob names. Read it with fromJson: toYaml
drops the last line end of a text that comes last.
*/}}
{{- define "windlass.files" -}}
{{- $files := dict }}
{{- with .glob }}
{{- range $path, $bytes := $.root.Files.Glob . }}
{{- $_ := set $files $path (toString $bytes) }}
{{- end }}
{{- end }}
{{- toJson (merge (.files | default dict) $files) }}
{{- end }}

{{- define "windlass.configKey" -}}
{{- regexReplaceAll "[^-._a-zA-Z0-9]" . "_" | trimPrefix "." -}}
{{- end }}

{{/* The top folders of the files, with a comma between them. */}}
{{- define "windlass.folders" -}}
{{- $folders := dict }}
{{- range $path, $text := . }}
{{- $_ := set $folders (first (splitList "/" (dir $path))) "" }}
{{- end }}
{{- keys $folders | sortAlpha | join "," -}}
{{- end }}

{{- define "windlass.filesVolume" -}}
{{- $items := list }}
{{- range $path, $text := .files }}
{{- $items = append $items (dict "key" (include "windlass.configKey" $path) "path" $path) }}
{{- end }}
{{- $source := dict "configMap" (dict "name" .map "items" $items) }}
{{- $volume := dict "name" .volume "projected" (dict "defaultMode" 292 "sources" (list $source)) }}
{{- toYaml (dict "volume" $volume "mount" (dict "name" .volume "mountPath" .path "readOnly" true)) }}
{{- end }}

{{/* A container of a phase by its settings. */}}
{{- define "windlass.run" -}}
name: {{ .name | default .phase }}
phase: {{ .phase }}
env:
  {{- include "windlass.environment" (merge (dict "phase" .phase "dryRun" (eq (.name | default "") "dry-run")) .context) | nindent 2 }}
{{- with concat (.mounts | default list) (.context.database.volumeMounts | default list) }}
volumeMounts:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
