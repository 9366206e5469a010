#include "core/base/digest.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"
#include "core/base/files.hpp"

namespace windlass {

constexpr std::string_view kOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST_CASE("SHA-256 gives the digests of FIPS 180-2") {
  CHECK(sha256_hex("") == kOfNothing);
  CHECK(sha256_hex("abc") == kOfAbc);
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("pieces and the whole have the same digest") {
  Sha256 digest;
  digest.add("a");
  digest.add("");
  digest.add("bc");
  CHECK(digest.hex() == kOfAbc);
}

TEST_CASE("a file has the digest of its bytes, also past the reading buffer") {
  const TemporaryDirectory folder("digest");
  const std::string bytes(200'000, 'x');
  write_file_atomically(folder.path() / "big", bytes);
  write_file_atomically(folder.path() / "empty", "");
  CHECK(sha256_hex_of_file(folder.path() / "big") == sha256_hex(bytes));
  CHECK(sha256_hex_of_file(folder.path() / "empty") == kOfNothing);
}

TEST_CASE("a file that cannot be read has no digest") {
  CHECK_THROWS_AS(sha256_hex_of_file("/nowhere/at-all"), Error);
  CHECK_THROWS_WITH(sha256_hex_of_file("/nowhere/at-all"), "cannot read /nowhere/at-all");
  CHECK_THROWS_WITH(sha256_hex_of_file("/"), "cannot read /");
}

}  // namespace windlass
