package weightfile

import (
	"slices"
	"strings"

	"cnnlang/interp/internal/classnames"
)

// Classes are the names of the outputs of a network, as a file of weights has them beside its
// numbers, by the key that it has them under.
type Classes struct {
	Names []string
	Key   string
}

// Offer takes what a file says under a key, if it is a list of names in any form that is read, and
// a better key than the one before. Anything else is nothing to do with classes.
func (c *Classes) Offer(key, text string) {
	if !c.Wants(key) || !strings.ContainsAny(text, "[{\n") { // one text is no list
		return
	}
	if names, err := classnames.Parse(text); err == nil {
		c.Names, c.Key = names, key
	}
}

// Wants reports whether a key is one of names, and a better one than that which they are from.
func (c *Classes) Wants(key string) bool {
	rank := rankOf(key)
	return rank >= 0 && (c.Key == "" || rank < rankOf(c.Key))
}

// rankOf is the place of a key among the known ones, -1 for another; this project's own begin with its name.
func rankOf(key string) int {
	return slices.Index(classnames.Keys, strings.TrimPrefix(key, "cnnlang."))
}
