#!/bin/bash
# The documentation as a site: it is built, has every document, its links lead somewhere, and its
# search knows the functions.
. test/suites/lib.bash
. test/suites/node.bash

succeeds "the site is built" dev/docs
html=build/site

missing=$(git ls-files '*.md' | sed 's/\.md$/.html/; s/README\.html$/index.html/' |
	while read -r page; do [ -f "$html/$page" ] || echo "$page"; done)
equals "every document is a page" "$missing" ""

lost=$(cd $html && grep -ohE 'href="/[^"#]*' -r --include='*.html' . | sed 's/^href="//' | sort -u |
	while read -r link; do [ -f ".${link/%\//\/index.html}" ] || echo "$link"; done)
equals "a link of the site leads to one of its files" "$lost" ""

unknown=$(grep -oE '^### [a-z_]+\(' doc/reference.md | sed 's/^### //; s/($//' | sort -u |
	while read -r function; do grep -qrlw -- "$function" $html/assets/chunks/*localSearchIndex* || echo "$function"; done)
equals "the search knows every function" "$unknown" ""
finish
