{{/*
A container: (dict "root" $ "container" C). C has a name, the phase that it runs, env and volumeMounts; or `raw`, the
container as it stands, without a phase when it runs another program.
*/}}
{{- define "windlass.container" -}}
{{- if .container.raw -}}
{{- toYaml .container.raw }}
{{- else -}}
name: {{ .container.name }}
image: {{ .root.Values.image }}
imagePullPolicy: {{ .root.Values.imagePullPolicy }}
command:
- windlass-hook
args:
- {{ .container.phase }}
env:
  {{- toYaml .container.env | nindent 2 }}
resources:
  {{- toYaml (.container.resources | default .root.Values.resources) | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  {{- with .container.runAsUser }}
  runAsUser: {{ . | int64 }}
  {{- end }}
  capabilities:
    drop:
    - ALL
  seccompProfile:
    type: RuntimeDefault
{{- with .container.volumeMounts }}
volumeMounts:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "windlass.containers" -}}
{{- $root := .root }}
{{- range .containers }}
- {{ include "windlass.container" (dict "root" $root "container" .) | nindent 2 | trim }}
{{- end }}
{{- end }}

{{/* The pod of a phase: (dict "root" $ "database" KEY "phase" PHASE "job" JOB "serviceAccount" NAME). */}}
{{- define "windlass.pod" -}}
{{- $ours := include "windlass.ourLabels" (dict "root" .root "component" .phase "database" .database) | fromYaml }}
metadata:
  labels:
    {{- toYaml (merge (deepCopy (.job.labels | default dict)) (dict "windlass.dev/phase" .phase "sidecar.istio.io/inject" "false") $ours (.root.Values.podLabels | default dict)) | nindent 4 }}
  annotations:
    {{- toYaml (merge (deepCopy (.job.annotations | default dict)) (dict "cluster-autoscaler.kubernetes.io/safe-to-evict" "false" "karpenter.sh/do-not-disrupt" "true" "linkerd.io/inject" "disabled") (.root.Values.podAnnotations | default dict) (.root.Values.annotations | default dict)) | nindent 4 }}
spec:
  serviceAccountName: {{ .serviceAccount }}
  {{- $fixed := dict "restartPolicy" "Never" "automountServiceAccountToken" false "enableServiceLinks" false }}
  {{- toYaml (merge (deepCopy (.job.pod | default dict)) .root.Values.pod $fixed) | nindent 2 }}
  {{- with .job.initContainers }}
  initContainers:
  {{- include "windlass.containers" (dict "root" $.root "containers" .) | nindent 2 }}
  {{- end }}
  containers:
  {{- include "windlass.containers" (dict "root" .root "containers" .job.containers) | nindent 2 }}
  volumes:
    {{- toYaml .job.volumes | nindent 4 }}
{{- end }}

{{/*
The spec of a Job. The exit codes are those that windlass-hook does not want repeated (docs/exit-codes.md): the Job
fails at once, and the code stands in what Argo CD shows. Evictions do not count.
*/}}
{{- define "windlass.jobSpec" -}}
{{- $minor := include "windlass.minor" .root | int -}}
{{- $limit := .root.Values.job.backoffLimit | int }}
{{- $shards := .job.shards | default 1 | int }}
{{- $perIndex := and .job.shards (ge $minor 29) }}
backoffLimit: {{ mul (ternary (add $limit 1) (int64 $limit) (not (not $perIndex))) $shards }}
{{- if $perIndex }}
backoffLimitPerIndex: {{ $limit }}
{{- end }}
activeDeadlineSeconds: {{ .root.Values.job.activeDeadlineSeconds | int64 }}
ttlSecondsAfterFinished: {{ .root.Values.job.ttlSecondsAfterFinished | int64 }}
{{- if .job.shards }}
completionMode: Indexed
{{- end }}
completions: {{ $shards }}
parallelism: {{ .job.parallelism | default 1 | int }}
{{- if ge $minor 29 }}
podReplacementPolicy: Failed
{{- end }}
{{- if ge $minor 26 }}
podFailurePolicy:
  rules:
  - action: Ignore
    onPodConditions:
    - type: DisruptionTarget
      status: "True"
  {{- range concat .job.containers (.job.initContainers | default list) }}
  {{- if and .phase (or $perIndex (not $.job.shards)) }}
  - action: {{ ternary "FailIndex" "FailJob" (not (not $perIndex)) }}
    onExitCodes:
      containerName: {{ .name }}
      operator: In
      values: [64, 65, 66, 76, 77, 78, 79, 80]
  {{- end }}
  {{- end }}
{{- end }}
template:
  {{- include "windlass.pod" . | nindent 2 }}
{{- end }}

{{/*
The name of a Job. It ends in eight digits that change with what the pod is made of, so that a finished Job is never
taken for a run of something else; `windlass render` has worked them out already.
*/}}
{{- define "windlass.jobName" -}}
{{- .job.name | default (include "windlass.name" (dict "base" .base "suffix" (printf "%s-%s" .phase (include "windlass.pod" . | sha256sum | trunc 8)))) -}}
{{- end }}

{{/* A hook Job: (dict "root" $ "key" KEY "database" DATABASE "phase" PHASE "weight" N). */}}
{{- define "windlass.job" -}}
{{- $job := get .database.jobs .phase }}
{{- $pod := dict "root" .root "database" .key "base" .database.base "phase" .phase "job" $job "serviceAccount" (include "windlass.serviceAccount" .root) }}
{{- $hook := include "windlass.hook" (dict "root" .root "stage" .phase "weight" .weight) | fromYaml }}
{{- if $job.object }}
{{ include "windlass.ownObject" (dict "root" .root "object" $job.object "annotations" $hook) }}
{{- else }}
{{- $annotations := merge $hook (include "windlass.setAnnotations" .database | fromYaml) }}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "windlass.metadata" (dict "root" .root "name" (include "windlass.jobName" $pod) "component" .phase "database" .key "annotations" $annotations) | nindent 2 }}
spec:
  {{- include "windlass.jobSpec" $pod | nindent 2 }}
{{- end }}
{{- end }}

{{/*
An object that stands whole in the values: (dict "root" $ "object" OBJECT "annotations" DICT). The line end behind
toYaml is part of a text that comes last.
*/}}
{{- define "windlass.ownObject" -}}
{{- $metadata := deepCopy .object.metadata }}
{{- with merge (deepCopy .annotations) ($metadata.annotations | default dict) }}
{{- $_ := set $metadata "annotations" . }}
{{- end }}
{{- $_ := set $metadata "namespace" (include "windlass.namespace" .root) }}
{{- toYaml (set (deepCopy .object) "metadata" $metadata) }}
{{ end }}

{{/*
The guard for the application's own pod: (dict "root" .Subcharts.windlass "database" "main") to each of
  windlass.guard             init containers: a proxy where the connection needs one, then the guard
  windlass.guardVolumes      volumes of theirs; nothing when they have none
  windlass.guardAnnotations  annotations that the pod needs for them; nothing when there are none
*/}}
{{- define "windlass.guard" -}}
{{- $guard := include "windlass.guardOf" . | fromJson }}
{{- include "windlass.containers" (dict "root" .root "containers" $guard.initContainers) | trim }}
{{- end }}

{{- define "windlass.guardVolumes" -}}
{{- with (include "windlass.guardOf" . | fromJson).volumes }}{{ toYaml . }}{{ end }}
{{- end }}

{{- define "windlass.guardAnnotations" -}}
{{- with dig "metadata" "annotations" dict (include "windlass.guardOf" . | fromJson) }}{{ toYaml . }}{{ end }}
{{- end }}

{{- define "windlass.guardOf" -}}
{{- $database := get (include "windlass.databases" .root | fromYaml) .database | required (printf "windlass.guard: there is no database %s" .database) }}
{{- toJson $database.guard }}
{{- end }}
