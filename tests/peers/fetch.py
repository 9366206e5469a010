"""Builds the programs that tests/peers runs beside ours, and makes the schemas that they read; once, then cached."""

import sys

import go_modules
import helm
import helm_steps
import kubeconform
import kubernetes_schemas
import kustomize
import promotion


def main():
    try:
        kubeconform.program()
        kubernetes_schemas.make()
        kustomize.program()
        promotion.program()
        for major in helm.VERSIONS:
            helm.program(major)
            helm_steps.program(major)
    except go_modules.Missing as reason:
        sys.exit(f"peers: {reason}")
    print(f"peers: kubeconform {kubeconform.VERSION} and schemas of Kubernetes 1.{min(kubernetes_schemas.KUBERNETES)} "
          f"to 1.{max(kubernetes_schemas.KUBERNETES)}, kustomize {kustomize.VERSION}, "
          f"Argo CD {promotion.VERSION}, "
          f"Helm {' and '.join(version for version, _ in helm.VERSIONS.values())} in {go_modules.cache()}")


if __name__ == "__main__":
    main()
