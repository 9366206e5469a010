#include "generator/tree/tree.hpp"

#include <catch2/catch.hpp>
#include <set>

namespace windlass::generator {

TEST_CASE("a path leads to a member or to nothing") {
  const Tree tree = Members{{"metadata", Members{{"name", "x"}, {"labels", Members{{"a.b/c", "d"}}}}},
                            {"items", List{1, 2}}};
  CHECK(text_at(tree, {"metadata", "name"}) == "x");
  CHECK(text_at(tree, {"metadata", "labels", "a.b/c"}) == "d");
  CHECK(text_at(tree, {"metadata", "labels"}).empty());
  CHECK(text_at(tree, {"metadata", "name", "deeper"}).empty());
  CHECK(list_at(tree, {"items"}).size() == 2);
  CHECK(list_at(tree, {"metadata"}).empty());
  CHECK(tree.find({"nothing"}) == nullptr);
}

TEST_CASE("a copy stays as it was when the tree that it shares with is changed") {
  Tree tree = Members{{"spec", Members{{"a", 1}, {"list", List{Members{{"b", 2}}}}}}, {"rest", Members{}}};
  const Tree copy = tree;
  *tree.find({"spec", "a"}) = 3;
  CHECK(*tree.find({"spec", "a"}) == Tree(3));
  CHECK(*copy.find({"spec", "a"}) == Tree(1));
  CHECK(copy.find({"rest"})->members() == tree.find({"rest"})->members());
  CHECK_FALSE(copy == tree);
  *tree.find({"spec", "a"}) = 1;
  CHECK(copy == tree);
}

TEST_CASE("trees are equal when everything in them is") {
  const FromTemplate use{"pod", {{"a", 1}}};
  CHECK(Tree(use) == Tree(use));
  CHECK_FALSE(Tree(use) == Tree(FromTemplate{"pod", {{"a", 2}}}));
  CHECK_FALSE(Tree(use) == Tree("pod"));
  CHECK_FALSE(Tree(1) == Tree(true));
  CHECK_FALSE(Tree("1") == Tree(1));
  CHECK(Tree() == Tree(Absent{}));
  CHECK(Tree(List{1, Members{{"a", "b"}}}) == Tree(List{1, Members{{"a", "b"}}}));
}

TEST_CASE("trees that differ have fingerprints that differ") {
  const std::vector<Tree> trees = {Tree(),
                                   "",
                                   "a",
                                   "1",
                                   1,
                                   true,
                                   List{},
                                   Members{},
                                   List{"a"},
                                   List{"a", "b"},
                                   List{"ab"},
                                   List{List{"a"}, "b"},
                                   Members{{"a", "b"}},
                                   Members{{"ab", ""}},
                                   FromTemplate{"a", {}},
                                   FromTemplate{"a", {{"b", "c"}}}};
  std::set<std::string> seen;
  for (const auto& tree : trees) CHECK(seen.insert(fingerprint(tree)).second);
  CHECK(fingerprint(List{"a", "b"}) == fingerprint(List{"a", "b"}));
  CHECK(fingerprint(Members{{"a", "b"}, {"c", Tree()}}) == fingerprint(Members{{"a", "b"}}));
  CHECK(fingerprint(List{Members{{"a", 1}}, Members{{"b", 2}}}) !=
        fingerprint(List{Members{{"a", 1}, {"b", 2}}}));
}

}  // namespace windlass::generator
