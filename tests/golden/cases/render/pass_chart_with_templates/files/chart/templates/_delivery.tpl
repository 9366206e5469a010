{{/*
How the scripts of a database reach its pods (docs/delivery.md): (dict "root" $ "key" KEY "database" DATABASE "base" BASE).
Read it with fromJson, because toYaml drops the last line end of a text that comes last:
  configMaps        name and data of each
  loaders           init containers that bring the scripts
  volumes, mounts   of every pod that has the scripts at hand; queryVolumes, queryMounts: of verify besides
  locations         folders of a container, as windlass-hook takes them; verifyLocations: those of the queries
  hasContract       whether a script is marked contract
*/}}
{{- define "windlass.delivery" -}}
{{- $delivery := .root.Values.delivery | default dict }}
{{- $method := $delivery.method | default "configMap" }}
{{- include "windlass.checkDelivery" (dict "root" .root "delivery" $delivery "method" $method) }}
{{- if eq $method "configMap" }}
{{- include "windlass.deliveredByConfigMaps" . }}
{{- else }}
{{- include "windlass.deliveredByImage" (merge (dict "delivery" $delivery "method" $method) .) }}
{{- end }}
{{- end }}

{{/* Fails with what to do where the values of delivery do not go together; the schema has looked at each alone. */}}
{{- define "windlass.checkDelivery" -}}
{{- $method := .method }}
{{- $delivery := .delivery }}
{{- $takes := dict
    "configMap" list
    "image" (list "path")
    "copy" (list "image" "path" "command")
    "imageVolume" (list "image" "path")
    "objectStorage" (list "image" "command") }}
{{- range $name := list "image" "path" "command" }}
{{- if and (get $delivery $name) (not (has $name (get $takes $method))) }}
{{- fail (printf "windlass: delivery.%s is set, and the method %s does not use it. Leave it out, or choose another method: docs/delivery.md" $name $method) }}
{{- end }}
{{- end }}
{{- if and (has $method (list "copy" "imageVolume" "objectStorage")) (not $delivery.image) }}
{{- fail (printf "windlass: delivery.method is %s, but delivery.image is not set. Name %s" $method (ternary "an image that can fetch from the storage" "the image that holds the scripts" (eq $method "objectStorage"))) }}
{{- end }}
{{- if and (eq $method "image") (eq .root.Values.image "windlass:latest") }}
{{- fail "windlass: delivery.method is image, but image is not set: windlass:latest holds no scripts of yours. Build an image FROM that of windlass-hook with the scripts in it, and name it" }}
{{- end }}
{{- if eq $method "copy" }}
{{- if and $delivery.path $delivery.command }}
{{- fail "windlass: delivery.path is set, and delivery.command does not use it. Leave one of them out" }}
{{- end }}
{{- if eq ($delivery.path | default "") "/" }}
{{- fail "windlass: delivery.path is the whole image, and all of it would be copied. Put the scripts into a folder of the image, and name that" }}
{{- end }}
{{- end }}
{{- if and (eq $method "objectStorage") (not $delivery.command) }}
{{- fail "windlass: delivery.method is objectStorage, but delivery.command is not set. Name the command that fetches the project's folder to $(SCRIPTS)" }}
{{- end }}
{{- if and $delivery.command (not (contains "SCRIPTS" (join " " $delivery.command))) }}
{{- fail "windlass: no word of delivery.command has $(SCRIPTS), the folder that the hook reads. Write the command so that it fills that folder" }}
{{- end }}
{{- if eq $method "imageVolume" }}
{{- if lt (include "windlass.minor" .root | int) 35 }}
{{- fail (printf "windlass: image volumes need Kubernetes 1.35, and minVersion is %s. Raise minVersion when every cluster has them, or choose copy, which takes the same image" .root.Values.minVersion) }}
{{- end }}
{{- if lt (regexFind "[0-9]+" .root.Capabilities.KubeVersion.Minor | int) 35 }}
{{- fail (printf "windlass: image volumes need Kubernetes 1.35, and this cluster has %s. Choose copy, which takes the same image; helm template, which sees no cluster, is told of one by --kube-version" .root.Capabilities.KubeVersion.Version) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "windlass.deliveredByConfigMaps" -}}
{{- range $name := list "locations" "verifyLocations" "contract" }}
{{- if get $.database $name }}
{{- fail (printf "windlass: databases.%s.%s is set, and with the method configMap the scripts themselves say it. Leave it out, or choose another delivery.method" $.key $name) }}
{{- end }}
{{- end }}
{{- $scripts := include "windlass.files" (dict "root" .root "files" .database.scripts "glob" .database.scriptFiles) | fromJson }}
{{- if not $scripts }}
{{- fail (printf "windlass: databases.%s has no scripts. Give scripts (path and text of each) or scriptFiles (a glob below the chart)" .key) }}
{{- end }}
{{- $name := include "windlass.name" (dict "base" .base "suffix" "sql-0") }}
{{- $files := include "windlass.filesVolume" (dict "volume" "sql" "path" "/windlass/sql" "map" $name "files" $scripts) | fromJson }}
{{- $hasContract := false }}
{{- range $path, $text := $scripts }}
{{- if regexMatch "(?m)^\\s*--\\s*windlass:\\s*contract\\s*$" $text }}{{ $hasContract = true }}{{ end }}
{{- end }}
{{- $result := dict
    "configMaps" (list (include "windlass.filesMap" (dict "name" $name "files" $scripts) | fromJson))
    "loaders" list
    "volumes" (list $files.volume)
    "mounts" (list $files.mount)
    "queryVolumes" list
    "queryMounts" list
    "locations" (include "windlass.folders" (dict "mount" "/windlass/sql" "files" $scripts) | fromJsonArray)
    "verifyLocations" list
    "hasContract" $hasContract }}
{{- $queries := include "windlass.files" (dict "root" .root "files" .database.queries "glob" .database.queryFiles) | fromJson }}
{{- if $queries }}
{{- $name = include "windlass.name" (dict "base" .base "suffix" "queries-0") }}
{{- $files = include "windlass.filesVolume" (dict "volume" "queries" "path" "/windlass/verify" "map" $name "files" $queries) | fromJson }}
{{- $_ := set $result "configMaps" (append $result.configMaps (include "windlass.filesMap" (dict "name" $name "files" $queries) | fromJson)) }}
{{- $_ := set $result "queryVolumes" (list $files.volume) }}
{{- $_ := set $result "queryMounts" (list $files.mount) }}
{{- $_ := set $result "verifyLocations" (include "windlass.folders" (dict "mount" "/windlass/verify" "files" $queries) | fromJsonArray) }}
{{- end }}
{{- toJson $result }}
{{- end }}

{{/* image, copy, imageVolume and objectStorage: a folder of the pod stands for the project's. */}}
{{- define "windlass.deliveredByImage" -}}
{{- range $name := list "scripts" "scriptFiles" "queries" "queryFiles" }}
{{- if get $.database $name }}
{{- fail (printf "windlass: databases.%s.%s is set, and the method %s brings the scripts from elsewhere. Leave it out, and name the folders by locations and verifyLocations" $.key $name $.method) }}
{{- end }}
{{- end }}
{{- $path := .delivery.path | default "/migrations" | trimSuffix "/" }}
{{- $folder := "/windlass/sql" }}
{{- $volumes := list }}
{{- $loaders := list }}
{{- if eq .method "image" }}
{{- $folder = $path }}
{{- else if eq .method "imageVolume" }}
{{- $folder = printf "/windlass/sql%s" $path }}
{{- $volumes = list (dict "name" "sql" "image" (dict "reference" .delivery.image "pullPolicy" .root.Values.imagePullPolicy)) }}
{{- else }}
{{- $volumes = list (dict "name" "sql" "emptyDir" (dict "sizeLimit" "2Gi")) }}
{{- $loaders = list (dict "name" "scripts" "raw" (include "windlass.loader" (merge (dict "path" $path) .) | fromJson)) }}
{{- end }}
{{- $result := dict
    "configMaps" list
    "loaders" $loaders
    "volumes" $volumes
    "mounts" (ternary list (list (dict "name" "sql" "mountPath" "/windlass/sql" "readOnly" true)) (empty $volumes))
    "queryVolumes" list
    "queryMounts" list
    "hasContract" (.database.contract | default false) }}
{{- range $name, $folders := dict "locations" (.database.locations | default (list "sql")) "verifyLocations" (.database.verifyLocations | default list) }}
{{- $paths := list }}
{{- range $folders }}{{ $paths = append $paths (printf "%s/%s" $folder .) }}{{ end }}
{{- $_ := set $result $name $paths }}
{{- end }}
{{- toJson $result }}
{{- end }}

{{/* The init container that brings the scripts into the empty folder $(SCRIPTS). */}}
{{- define "windlass.loader" -}}
{{- $environment := list (dict "name" "SCRIPTS" "value" "/windlass/sql") }}
{{- if eq .method "objectStorage" }}
{{- /* The tools of the clouds write below it, and the root file system is read-only. */}}
{{- $environment = append $environment (dict "name" "HOME" "value" "/tmp") }}
{{- end }}
{{- toJson (dict
    "name" "scripts"
    "image" .delivery.image
    "imagePullPolicy" .root.Values.imagePullPolicy
    "command" (.delivery.command | default (list "cp" "-RL" (printf "%s/." .path) "$(SCRIPTS)"))
    "env" $environment
    "resources" .root.Values.resources
    "terminationMessagePolicy" "FallbackToLogsOnError"
    "securityContext" (dict
      "allowPrivilegeEscalation" false
      "readOnlyRootFilesystem" true
      "runAsNonRoot" true
      "capabilities" (dict "drop" (list "ALL"))
      "seccompProfile" (dict "type" "RuntimeDefault"))
    "volumeMounts" (list (dict "name" "tmp" "mountPath" "/tmp") (dict "name" "sql" "mountPath" "/windlass/sql"))) }}
{{- end }}

{{/* Path -> text: what stands in the values, and the files below the chart that the glob names. Read it with fromJson. */}}
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

{{- define "windlass.filesMap" -}}
{{- $data := dict }}
{{- range $path, $text := .files }}
{{- $_ := set $data (include "windlass.configKey" $path) $text }}
{{- end }}
{{- toJson (dict "name" .name "data" $data) }}
{{- end }}

{{/* The top folders of the files, below the mount. Read it with fromJsonArray. */}}
{{- define "windlass.folders" -}}
{{- $folders := dict }}
{{- range $path, $text := .files }}
{{- $_ := set $folders (printf "%s/%s" $.mount (first (splitList "/" (dir $path)))) "" }}
{{- end }}
{{- keys $folders | sortAlpha | toJson -}}
{{- end }}

{{- define "windlass.filesVolume" -}}
{{- $items := list }}
{{- range $path, $text := .files }}
{{- $items = append $items (dict "key" (include "windlass.configKey" $path) "path" $path) }}
{{- end }}
{{- $source := dict "configMap" (dict "name" .map "items" $items) }}
{{- $volume := dict "name" .volume "projected" (dict "defaultMode" 292 "sources" (list $source)) }}
{{- toJson (dict "volume" $volume "mount" (dict "name" .volume "mountPath" .path "readOnly" true)) }}
{{- end }}
