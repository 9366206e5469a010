#include "core/sql/data_loss.hpp"

#include <catch2/catch.hpp>

namespace windlass::sql {

TEST_CASE("what a statement takes away is named") {
  struct Case {
    const char* statement;
    std::string losses;
  };
  const Case cases[] = {
      {"DROP TABLE shop.orders, lines", "table shop.orders; table lines"},
      {"DROP SCHEMA shop CASCADE", "schema shop"},
      {"DROP DATABASE old", "database old"},
      {"ALTER TABLE shop.orders DROP COLUMN currency, DROP CONSTRAINT c, DROP note",
       "column currency of shop.orders; column note of shop.orders"},
      {"TRUNCATE a, shop.b", "rows of a; rows of shop.b"},
      {"DELETE FROM a WHERE id = 1", "rows of a"},
      {"UPDATE a SET n = NULL", "rows of a"},
      {"DROP VIEW v", ""},
      {"DROP INDEX i", ""},
      {"ALTER TABLE a ADD COLUMN n int", ""},
      {"SELECT 1", ""},
      {"DROP TABL a", ""},
      {"", ""},
  };
  for (const auto& one : cases) {
    std::string text;
    for (const auto& loss : data_loss(one.statement)) text += (text.empty() ? "" : "; ") + to_text(loss);
    INFO(one.statement);
    CHECK(text == one.losses);
  }
}

}  // namespace windlass::sql
