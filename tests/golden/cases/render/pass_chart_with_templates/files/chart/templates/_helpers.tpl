{{/* The names of everything begin with it. */}}
{{- define "windlass.project" -}}
{{- .Values.project | default .Release.Name -}}
{{- end }}

{{- define "windlass.namespace" -}}
{{- .Values.namespace | default .Release.Namespace -}}
{{- end }}

{{/* The y of minVersion 1.y. */}}
{{- define "windlass.minor" -}}
{{- index (splitList "." (.Values.minVersion | toString)) 1 -}}
{{- end }}

{{/* (dict "base" BASE "suffix" SUFFIX "limit" N): BASE-SUFFIX, a base that is too long cut and told apart by a hash. */}}
{{- define "windlass.name" -}}
{{- $limit := .limit | default 63 | int -}}
{{- if le (add (len .base) 1 (len .suffix)) $limit -}}
{{- printf "%s-%s" .base .suffix -}}
{{- else -}}
{{- $kept := .base | trunc (int (sub $limit (add (len .suffix) 10))) | trimSuffix "-" | trimSuffix "." -}}
{{- printf "%s-%s-%s" $kept (sha256sum .base | trunc 8) .suffix -}}
{{- end -}}
{{- end }}

{{- define "windlass.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "windlass.name" (dict "base" (include "windlass.project" .) "suffix" "migrate")) -}}
{{- end }}

{{- define "windlass.rollbackServiceAccount" -}}
{{- if .Values.serviceAccount.rollbackName -}}
{{- .Values.serviceAccount.rollbackName -}}
{{- else if .Values.serviceAccount.create -}}
{{- include "windlass.name" (dict "base" (.Values.serviceAccount.name | default (include "windlass.project" .)) "suffix" "rollback") -}}
{{- else -}}
{{- include "windlass.serviceAccount" . -}}
{{- end -}}
{{- end }}

{{/* (dict "root" $ "component" NAME "database" KEY): what we say of every object and pod. */}}
{{- define "windlass.ourLabels" -}}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/managed-by: windlass
app.kubernetes.io/name: windlass-hook
app.kubernetes.io/part-of: {{ include "windlass.project" .root }}
windlass.dev/project: {{ include "windlass.project" .root }}
{{- with .root.Values.environment }}
windlass.dev/environment: {{ . }}
{{- end }}
{{- with .database }}
windlass.dev/database: {{ . }}
{{- end }}
{{- end }}

{{/* The metadata of an object: (dict "root" $ "name" NAME "component" NAME "database" KEY "labels" DICT "annotations" DICT). */}}
{{- define "windlass.metadata" -}}
name: {{ .name }}
namespace: {{ include "windlass.namespace" .root }}
labels:
  {{- toYaml (merge (include "windlass.ourLabels" . | fromYaml) (.root.Values.labels | default dict) (.labels | default dict)) | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) (.root.Values.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
The weight of a Job: (dict "root" $ "weight" N), N of rank 0. Phases lie a thousand apart, more than a chart has
databases, and ranks further than the Jobs of one chart reach, so that in one release every Job of a rank runs behind all
those of the rank before.
*/}}
{{- define "windlass.jobWeight" -}}
{{- add .weight (mul 10000 (.root.Values.rank | default 0 | int)) -}}
{{- end }}

{{/*
The annotations that make an object a hook: (dict "stage" STAGE "weight" N "root" $). Both kinds stand on every object:
Argo CD goes by its own where they are, Helm knows none of them, so the same chart behaves the same under both. What is
only there for the Jobs stays where it is, whatever the rank.
*/}}
{{- define "windlass.hook" -}}
{{- $events := dict
    "support" (printf "pre-install,pre-upgrade,post-install,post-upgrade,test%s" (ternary ",pre-rollback" "" (.root.Values.rollbackCheck | default false)))
    "backup" "pre-install,pre-upgrade"
    "migrate" "pre-install,pre-upgrade"
    "verify" "post-install,post-upgrade"
    "contract" "post-install,post-upgrade" }}
{{- $waves := dict "support" -5 "backup" -1 "migrate" 0 "verify" 2 "contract" 3 }}
{{- $wave := get $waves .stage }}
{{- $weight := .weight }}
{{- if ne .stage "support" }}
{{- $wave = add $wave (mul 10 (.root.Values.rank | default 0 | int)) }}
{{- $weight = include "windlass.jobWeight" . }}
{{- end }}
helm.sh/hook: {{ get $events .stage }}
helm.sh/hook-weight: {{ $weight | toString | quote }}
argocd.argoproj.io/hook: {{ ternary "PostSync" "PreSync" (has .stage (list "verify" "contract")) }}
argocd.argoproj.io/sync-wave: {{ $wave | toString | quote }}
{{- if eq .stage "support" }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
argocd.argoproj.io/hook-delete-policy: HookSucceeded
{{- else }}
helm.sh/hook-delete-policy: before-hook-creation
helm.sh/hook-output-log-policy: hook-failed
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
{{- end }}
{{- end }}

{{/* (dict "root" $ "database" DATABASE): which scripts the object belongs to. */}}
{{- define "windlass.setAnnotations" -}}
{{- with .digest }}
windlass.dev/set-digest: {{ . | quote }}
{{- end }}
{{- with .version }}
windlass.dev/target-version: {{ . | quote }}
{{- end }}
{{- end }}

{{/* The command that makes a Job of the rollback: (dict "namespace" NAME "name" NAME). */}}
{{- define "windlass.howToRollBack" -}}
kubectl -n {{ .namespace }} create job {{ .name }}-1 --from=cronjob/{{ .name }} --dry-run=client -o yaml | kubectl set env --local -f - WINDLASS_TARGET=VERSION WINDLASS_CONFIRM=VALUE{{ if .tenants }} WINDLASS_TENANT=NAME{{ end }} -o yaml | kubectl -n {{ .namespace }} create -f -
{{- end }}
