package main

// The modules whose files are read, in the versions of go.mod; one package of each is named so that it stays there.
import (
	_ "codeberg.org/go-fonts/dejavu/dejavusans"
	_ "codeberg.org/go-fonts/latin-modern/lmroman10regular"
	_ "codeberg.org/go-fonts/liberation/liberationsansregular"
	_ "codeberg.org/go-fonts/stix/stix2textregular"
)
