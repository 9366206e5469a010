{{/* The seconds of a duration such as 1h30m. */}}
{{- define "windlass.seconds" -}}
{{- $from := toDate "2006" "2001" -}}
{{- sub (dateModify . $from | unixEpoch) ($from | unixEpoch) -}}
{{- end }}

{{/* A text as it stands between the quotes of JSON. */}}
{{- define "windlass.insideQuotes" -}}
{{- toString . | toJson | trimPrefix "\"" | trimSuffix "\"" -}}
{{- end }}

{{/* (dict "json" TEXT "values" DICT): JSON with the values, each as it stands between quotes, in place of ${NAME}. */}}
{{- define "windlass.filled" -}}
{{- $json := .json }}
{{- range $name, $value := .values }}
{{- $json = replace (printf "${%s}" $name) $value $json }}
{{- end }}
{{- $json -}}
{{- end }}

{{/*
observability.yaml for one database: (dict "root" $ "key" KEY "base" BASE). Read it with fromJson. What `windlass render`
fills in (generator/plan/observability.cpp) is filled in here.
*/}}
{{- define "windlass.observability" -}}
{{- $alerts := .root.Values.alerts | default dict }}
{{- $project := include "windlass.project" .root }}
{{- $environment := .root.Values.environment | default "" }}
{{- $deadline := .root.Values.job.activeDeadlineSeconds | int64 }}
{{- $longRunning := div $deadline 2 }}
{{- with $alerts.longRunning }}
{{- $longRunning = include "windlass.seconds" . | int64 }}
{{- if ge $longRunning $deadline }}
{{- fail (printf "windlass: alerts.longRunning is %s, and Kubernetes ends a Job after job.activeDeadlineSeconds, %d: the alert would never fire. Choose a shorter time" . $deadline) }}
{{- end }}
{{- end }}
{{- $given := dict
    "project" $project
    "database" .key
    "namespace" (include "windlass.namespace" .root)
    "activeDeadlineSeconds" $deadline
    "longRunningSeconds" $longRunning
    "failurePercent" ($alerts.failurePercent | default 25 | int)
    "notRunFor" ($alerts.notRunFor | default "0s")
    "notRunForSeconds" (include "windlass.seconds" ($alerts.notRunFor | default "0s"))
    "uid" (printf "%s %s" $project $environment | sha256sum | trunc 16)
    "title" (printf "Migrations of %s%s" $project (ternary "" (printf ", %s" $environment) (empty $environment))) }}
{{- range $phase := list "backup" "migrate" "verify" "contract" }}
{{- $_ := set $given $phase (include "windlass.name" (dict "base" $.base "suffix" (printf "%s-00000000" $phase)) | trimSuffix "00000000") }}
{{- end }}
{{- $values := dict }}
{{- range $name, $value := $given }}
{{- $_ := set $values $name (include "windlass.insideQuotes" $value) }}
{{- end }}
{{- $file := .root.Files.Get "observability.yaml" | fromYaml }}
{{- range $file.shared }}
{{- $_ := set $values .name (include "windlass.filled" (dict "json" (include "windlass.insideQuotes" .value) "values" $values)) }}
{{- end }}
{{- include "windlass.filled" (dict "json" (omit $file "shared" | toJson) "values" $values) }}
{{- end }}
