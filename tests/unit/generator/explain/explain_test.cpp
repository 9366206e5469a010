#include "generator/commands/explain.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/base/error.hpp"
#include "core/base/files.hpp"

using namespace windlass;
using namespace windlass::generator;
using nlohmann::json;

namespace {

const std::string kJob =
    "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n"
    "    argocd.argoproj.io/hook: PreSync\n";

// What explain says of the text on stdin; "error CODE: message" and its hint when it refuses.
std::string said(const std::string& text, ExplainOptions options = {}) {
  if (options.paths.empty()) options.paths = {"-"};
  if (options.engine.empty()) options.engine = "argocd";
  std::istringstream in(text);
  std::ostringstream out;
  try {
    run_explain(options, in, out);
    return out.str();
  } catch (const Error& error) {
    return "error " + std::to_string(static_cast<int>(error.code())) + ": " + error.what() + "\n" +
           error.details() + error.hint();
  }
}

}  // namespace

TEST_CASE("documents that are no objects are all named, with their places") {
  CHECK(said("kind: Job\n---\napiVersion: v1\n---\napiVersion: v1\nkind: ConfigMap\n") ==
        "error 65: 3 documents cannot be explained\n"
        "stdin:1:1: no Kubernetes object: it has no apiVersion\n"
        "stdin:3:1: no Kubernetes object: it has no kind\n"
        "stdin:5:1: no Kubernetes object: it has no metadata.name\n"
        "Name only files and folders that hold Kubernetes objects.");
}

TEST_CASE("a template that nobody rendered is told so") {
  CHECK(said("apiVersion: v1\nkind: {{ .Values.kind }}\n").find("render it first") != std::string::npos);
}

TEST_CASE("nothing to explain is an error") {
  CHECK(said("").starts_with("error 65: there is no Kubernetes object to explain"));
  CHECK(said("# only words\n---\n").starts_with("error 65: there is no Kubernetes object to explain"));
}

TEST_CASE("the source of a chart, a kustomization or a project is refused with what renders it") {
  const TemporaryDirectory folder("windlass-explain-");
  for (const auto& [file, tool] :
       {std::pair("Chart.yaml", "helm template"), std::pair("kustomization.yaml", "kustomize build"),
        std::pair("windlass.yaml", "windlass render")}) {
    const auto inner = folder.path() / file / "inner";
    write_file_atomically(inner / file, "a: b\n");
    ExplainOptions options;
    options.paths = {(folder.path() / file).string()};
    const auto text = said("", options);
    CHECK(text.starts_with("error 64: "));
    CHECK(text.find(std::string("Render it: ") + tool + " " + inner.string()) != std::string::npos);
  }
}

TEST_CASE("an event that the engine does not have is refused") {
  ExplainOptions options;
  options.engine = "helm";
  options.event = "selfheal";
  CHECK(said(kJob, options).starts_with("error 64: Helm has no event selfheal\n"));
  options.event = "sync";
  CHECK(said(kJob, options).starts_with("error 64: Helm has no event sync\nIt has install"));
  options.engine = "argocd";
  options.event = "test";
  CHECK(said(kJob, options).starts_with("error 64: Argo CD has no event test\n"));
  options.event = "install";
  CHECK(said(kJob, options).starts_with("error 64: Argo CD has no event install\n"));
  options.event = "first-sync";
  options.helm_version = "3";
  CHECK(said(kJob, options).starts_with("error 64: --helm-version is for --as helm\n"));
}

TEST_CASE("an object without a namespace gets the one that is given") {
  ExplainOptions options;
  options.space = "shop";
  options.output = "json";
  const auto report =
      json::parse(said(kJob + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", options));
  std::vector<std::string> order;
  for (const auto& step : report["steps"]) {
    if (step["verb"] == "create" || step["verb"] == "apply") {
      order.push_back(step["phase"].get<std::string>() + " " + step["object"].get<std::string>());
    }
  }
  CHECK(order == std::vector<std::string>{"PreSync Namespace/shop", "PreSync Job/migrate"});
}

TEST_CASE("a line of a Secret is never shown") {
  const std::string secret =
      "{apiVersion: v1, kind: Secret, metadata: {name: db, annotations: {argocd.argoproj.io/hook: presync}}, "
      "stringData: {url: hunter2}}\n";
  const auto text = said(secret);
  CHECK(text.find("[unknown-hook]") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("a Mermaid diagram has one node for each step, and one colour for what has a trap") {
  ExplainOptions options;
  options.output = "mermaid";
  const auto text = said(kJob, options);
  CHECK(text.starts_with("flowchart TD\n"));
  CHECK(text.find("[\"PreSync 0<br/>create Job/migrate\"]:::trap") != std::string::npos);
  CHECK(text.find("  s1 --> s2\n") != std::string::npos);
}
