package main

import (
	"fmt"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/ops/dim"
)

// A diffRow is a change as it is told, or several that follow from what is told before.
type diffRow struct {
	deep    int
	words   string
	changes []*compare.Change // with those inside that have no row of their own
	follow  bool
	steps   int // that follow
	compare.Kind
	before, after compare.Cost
}

// changeColumns are those of a table of changes. Values are the memory of all values of a part, as `params
// --columns values` has it.
var changeColumns = []column{{"change", false}, {"params", true}, {"MACs", true}, {"values", true}}

// diffRows lists changes, what is inside each behind it. Unless all are wanted, steps that only have other
// shapes than before are one row, and operations of a block that is called with other arguments
// none.
func diffRows(list []*compare.Change, all bool) []*diffRow {
	var rows []*diffRow
	var add func(list []*compare.Change, around *diffRow, deep int)
	add = func(list []*compare.Change, around *diffRow, deep int) {
		follow := &diffRow{deep: deep, follow: true}
		for _, c := range list {
			switch {
			case all:
			case around != nil && c.Explained(around.changes[0]):
				around.changes = append(around.changes, c.All()...)
				continue
			case c.Follows():
				follow.changes = append(follow.changes, c.All()...)
				follow.before, follow.after = follow.before.Add(c.Before), follow.after.Add(c.After)
				follow.steps++
				continue
			}
			row := &diffRow{deep: deep, words: c.Words(), changes: []*compare.Change{c}, Kind: c.Kind, before: c.Before, after: c.After}
			rows = append(rows, row)
			add(c.Inner, row, deep+1)
		}
		if follow.words = fmt.Sprintf("%d steps follow with other shapes", follow.steps); follow.steps == 1 {
			follow.words = "1 step follows with other shapes"
		}
		if follow.steps > 0 {
			rows = append(rows, follow)
		}
	}
	add(list, nil, 0)
	return rows
}

// sign is what a row begins with.
func (r *diffRow) sign() string {
	if r.follow {
		return "  "
	}
	return map[compare.Kind]string{compare.Changed: "~ ", compare.Added: "+ ", compare.Removed: "- "}[r.Kind]
}

// gains are the cells of a row.
func (r *diffRow) gains() []any {
	return []any{gained(r.before.Params, r.after.Params, grouped), gained(r.before.MACs, r.after.MACs, grouped), gained(r.before.Values, r.after.Values, bytesText)}
}

// totalCells are the cells of what the whole is.
func totalCells(what string, t compare.Totals) []any {
	if t.Heads {
		what += ", with side heads"
	}
	var values any = outOfRange
	if n, ok := t.Values.Int(); ok {
		values = byteCount(n)
	}
	return []any{what, t.Params, t.MACs, values}
}

// bytesText writes a difference in bytes in a unit of its own: in that of the totals many would be next to nothing.
func bytesText(n dim.Size) string {
	v, ok := n.Int()
	if !ok {
		return outOfRange
	}
	return interp.Bytes(int64(v))
}

// gained is a difference with its sign, "" for none.
func gained(before, after dim.Size, write func(dim.Size) string) string {
	n, ok := after.Sub(before).Int()
	switch {
	case !ok:
		return outOfRange
	case n == 0:
		return ""
	case n > 0:
		return "+" + write(dim.Int(n))
	}
	return "-" + write(dim.Int(-n))
}
