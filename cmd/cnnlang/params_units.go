package main

import (
	"fmt"
	"strings"

	"cnnlang/ops/dim"
)

// A unitKind says in which units a column's numbers are.
type unitKind int

const (
	unitNone unitKind = iota
	unitParams
	unitMACs // FLOPs too
	unitActivations
	unitBytes
)

// unitNames are the values of --units: exact numbers, millions, billions, or as timm's tables
// have them.
var unitNames = []string{"exact", "M", "G", "timm"}

// unitOf is what a column of a kind is divided by, and its name: "" for exact numbers.
func unitOf(units string, kind unitKind) (by float64, name string) {
	switch {
	case kind == unitNone || kind == unitBytes || units == "exact":
		return 1, ""
	case units == "G", units == "timm" && kind == unitMACs:
		return 1e9, "G"
	}
	return 1e6, "M"
}

// inUnit is a cell in the unit of its column: bytes in one unit for people.
func inUnit(value any, units string, kind unitKind, csv bool) any {
	n, ok := value.(dim.Size)
	v, whole := n.Int()
	if !ok || !whole {
		return value
	}
	by, name := unitOf(units, kind)
	switch {
	case kind == unitBytes && !csv:
		return byteCount(v)
	case name == "":
		return value
	case csv:
		return digitsTo(float64(v)/by, 6)
	}
	return fmt.Sprintf("%.2f", float64(v)/by)
}

// unitTitle is the title of a column with its unit: GMACs, params M.
func unitTitle(title, units string, kind unitKind) string {
	switch _, name := unitOf(units, kind); {
	case name == "":
		return title
	case kind == unitMACs:
		return strings.TrimSpace(name + title)
	default:
		return title + " " + name
	}
}
