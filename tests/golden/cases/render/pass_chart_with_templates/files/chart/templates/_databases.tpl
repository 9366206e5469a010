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
{{- $delivery := include "windlass.delivery" (dict "root" .root "key" .key "database" .database "base" $base) | fromJson }}
{{- $tmp := dict "volume" (dict "name" "tmp" "emptyDir" (dict "sizeLimit" "64Mi")) "mount" (dict "name" "tmp" "mountPath" "/tmp") }}
{{- $context := dict "root" .root "key" .key "database" .database "delivery" $delivery }}
{{- $backup := .database.backup | default dict }}
{{- $volumes := .database.volumes | default list }}
{{- $sidecars := list }}
{{- range .database.sidecars }}
{{- $sidecars = append $sidecars (dict "name" .name "raw" .) }}
{{- end }}
{{- $first := concat $sidecars $delivery.loaders }}
{{- $mounts := prepend $delivery.mounts $tmp.mount }}
{{- $ours := prepend $delivery.volumes $tmp.volume }}
base: {{ $base }}
{{- with .database.digest }}
digest: {{ . | quote }}
{{- end }}
{{- with .database.version }}
version: {{ . | quote }}
{{- end }}
{{- with $delivery.configMaps }}
configMaps: {{ toJson . }}
{{- end }}
jobs:
  {{- if ne (toString $backup.enabled) "false" }}
  {{- $volume := dict "name" "backup" "emptyDir" (dict "sizeLimit" ($backup.size | default "1Gi")) }}
  {{- if $backup.claimName }}
  {{- $volume = dict "name" "backup" "persistentVolumeClaim" (dict "claimName" $backup.claimName) }}
  {{- end }}
  backup:
    {{- with $first }}
    initContainers:
      {{- toYaml . | nindent 4 }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "backup" "mounts" (append $mounts (dict "name" "backup" "mountPath" "/windlass/backup"))) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat $ours (list $volume) $volumes) | nindent 6 }}
  {{- end }}
  migrate:
    initContainers:
    {{- with $first }}
      {{- toYaml . | nindent 4 }}
    {{- end }}
    - {{ include "windlass.run" (dict "context" $context "phase" "preflight" "mounts" $mounts) | nindent 6 | trim }}
    {{- if .database.dryRunFirst }}
    - {{ include "windlass.run" (dict "context" $context "phase" "migrate" "name" "dry-run" "mounts" $mounts) | nindent 6 | trim }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "migrate" "mounts" $mounts) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat $ours $volumes) | nindent 6 }}
  verify:
    {{- with $first }}
    initContainers:
      {{- toYaml . | nindent 4 }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "verify" "mounts" (concat $mounts $delivery.queryMounts)) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat $ours $delivery.queryVolumes $volumes) | nindent 6 }}
  {{- if $delivery.hasContract }}
  contract:
    {{- with $first }}
    initContainers:
      {{- toYaml . | nindent 4 }}
    {{- end }}
    containers:
    - {{ include "windlass.run" (dict "context" $context "phase" "contract" "mounts" $mounts) | nindent 6 | trim }}
    volumes:
      {{- toYaml (concat $ours $volumes) | nindent 6 }}
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
