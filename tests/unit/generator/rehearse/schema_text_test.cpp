#include "generator/rehearse/schema_text.hpp"

#include <catch2/catch.hpp>

using namespace windlass::generator;

TEST_CASE("what pg_dump says about itself is left out, the schema stays") {
  CHECK(comparable_schema(R"(--
-- PostgreSQL database dump
--

\restrict abc

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

--
-- Name: shop; Type: SCHEMA; Schema: -; Owner: storefront
--

CREATE SCHEMA shop;


ALTER SCHEMA shop OWNER TO storefront;
CREATE SCHEMA made_by_a_script;

SET default_tablespace = '';

CREATE FUNCTION shop.f() RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  -- a comment of the function
  SET search_path = shop;
END;
$$;


--
-- PostgreSQL database dump complete
--

\unrestrict abc
)",
                          {"shop"}) == R"(CREATE SCHEMA made_by_a_script;

CREATE FUNCTION shop.f() RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  -- a comment of the function
  SET search_path = shop;
END;
$$;
)");
}

TEST_CASE("a schema that needs quotes is known too") {
  CHECK(comparable_schema("CREATE SCHEMA \"Shop\";\nALTER SCHEMA \"Shop\" OWNER TO x;\n", {"Shop"}).empty());
  CHECK(comparable_schema("", {}).empty());
}
