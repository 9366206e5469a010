#include "core/base/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace windlass {
namespace {

// What `action` writes to stderr.
std::string stderr_of(const std::function<void()>& action) {
  const TemporaryDirectory folder("log");
  const auto path = folder.path() / "stderr";
  const int saved = dup(STDERR_FILENO);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  dup2(file, STDERR_FILENO);
  action();
  dup2(saved, STDERR_FILENO);
  close(file);
  close(saved);
  return read_file(path, 1 << 20);
}

nlohmann::json json_of(const std::string& message, const log::Fields& fields = {}, log::Fields always = {}) {
  const std::string line = stderr_of([&] {
    log::init(log::Level::kInfo, log::Format::kJson, std::move(always));
    log::warning(message, fields);
  });
  CHECK(line.find('\n') == line.size() - 1);
  return nlohmann::json::parse(line);
}

}  // namespace

TEST_CASE("a JSON line holds time, level, message and its fields, numbers unquoted") {
  const auto line =
      json_of("lock is held", {{"holder", "backend 7"}, {"seconds", 12}}, {{"project", "shop"}});
  CHECK(line.at("level") == "warning");
  CHECK(line.at("message") == "lock is held");
  CHECK(line.at("holder") == "backend 7");
  CHECK(line.at("seconds") == 12);
  CHECK(line.at("project") == "shop");
  const std::string time = line.at("time");
  CHECK(time.size() == std::string("2026-01-31T12:00:00.000Z").size());
  CHECK(time.back() == 'Z');
}

TEST_CASE("any text survives a JSON line") {
  const std::string message = "quote \" backslash \\ line\nend \t tab \x01 größe 日本 {} {0} %s";
  CHECK(json_of(message).at("message") == message);
  CHECK(json_of("m", {{"field", message}}).at("field") == message);
}

TEST_CASE("bytes that are no UTF-8 do not break a JSON line") {
  CHECK(json_of("gr\xf6\xdf"
                "e")
            .at("message") == "gr\uFFFD\uFFFDe");
  CHECK(json_of("cut \xe6\x97").at("message") == "cut \uFFFD\uFFFD");
}

TEST_CASE("a text line carries its fields behind the message") {
  const std::string line = stderr_of([] {
    log::init(log::Level::kInfo, log::Format::kText);
    log::info("applied", {{"version", "2"}, {"ms", 7}});
  });
  CHECK_THAT(line, Catch::EndsWith("applied  version=2  ms=7\n"));
  CHECK_THAT(line, Catch::Contains(" info "));
}

TEST_CASE("lines below the level are not written") {
  const std::string lines = stderr_of([] {
    log::init(log::Level::kWarning, log::Format::kText);
    log::debug("one");
    log::info("two");
    log::warning("three");
    log::error("four");
  });
  CHECK_THAT(lines, !Catch::Contains("one") && !Catch::Contains("two") && Catch::Contains("three") &&
                        Catch::Contains("four"));
}

TEST_CASE("auto is JSON where stderr is no terminal, and fields set later stand in every line") {
  const std::string lines = stderr_of([] {
    log::init(log::Level::kDebug, log::Format::kAuto);
    log::debug("one");
    log::set_always({{"run", "r1"}});
    log::error("two");
    CHECK_FALSE(log::on_terminal());
  });
  const auto parts = split(trim(lines), '\n');
  REQUIRE(parts.size() == 2);
  CHECK_FALSE(nlohmann::json::parse(parts[0]).contains("run"));
  CHECK(nlohmann::json::parse(parts[0]).at("level") == "debug");
  CHECK(nlohmann::json::parse(parts[1]).at("run") == "r1");
  log::set_always({});
}

}  // namespace windlass
