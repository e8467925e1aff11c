package main

import (
	"fmt"
	"strings"
)

const uncountedMeaning = "(operations whose counts are out of range)"

// legend says what the columns of a table count, but for those that say it themselves, each on a line that ends.
func legend(columns []paramsColumn, md bool) string {
	wide := 0
	var list [][2]string
	for _, c := range columns {
		meaning := c.meaning
		switch c.name {
		case "kind", "output":
			continue
		case "params":
			meaning = definitions.Params
		case "macs":
			meaning = definitions.MACs
		case "flops":
			meaning = definitions.FLOPs
		}
		list = append(list, [2]string{c.title, meaning})
		wide = max(wide, len(c.title))
	}
	var b strings.Builder
	for _, l := range list {
		if md {
			fmt.Fprintf(&b, "- %s: %s\n", l[0], l[1])
			continue
		}
		text := strings.Replace(l[1], "2 per MAC, ", "2 per MAC,\n"+strings.Repeat(" ", wide+2), 1)
		fmt.Fprintf(&b, "%-*s  %s\n", wide, l[0], text)
	}
	return b.String()
}
