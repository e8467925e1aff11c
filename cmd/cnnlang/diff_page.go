package main

import (
	"context"
	"fmt"
	"os"

	"cnnlang/interp"
	"cnnlang/interp/compare"
	"cnnlang/interp/draw"
	"cnnlang/interp/graph"
)

// drawDiff writes differences as a page with both pictures, or of two nets the pictures alone.
func (a *app) drawDiff(ctx context.Context, d *netDiffs, f diffFormat) error {
	if isTerminal(os.Stdout) {
		return usage("a picture would go to the terminal").withHelp("write it to a file: `cnnlang diff … -o %s > diff.%[1]s`", f.name)
	}
	if f.name == "svg" {
		if len(d.pairs) != 1 {
			return usage("a picture shows two nets, and %d are in both files", len(d.pairs)).withHelp("choose one with --net, or ask for a page with -o html")
		}
		before, after := diagrams(d.pairs[0], diffRows(d.pairs[0].Changes, f.all), 0, f.depth)
		if x, y := d.before.argument, d.after.argument; before.Title == after.Title && x != y {
			before.Title, after.Title = before.Title+", "+visibleName(x), after.Title+", "+visibleName(y)
		}
		return draw.SideBySide(a.stdout, before, after)
	}
	title := visibleName(d.before.argument) + " → " + visibleName(d.after.argument)
	var list []draw.Pair
	number := 0
	for _, p := range d.pairs {
		rows := diffRows(p.Changes, f.all)
		one, err := pagePair(ctx, p, rows, number, f)
		if err != nil {
			return err
		}
		if one.Title == title {
			one.Title = ""
		}
		list = append(list, one)
		number += len(rows)
	}
	var alone draw.Pair
	for _, n := range d.gone {
		alone.Notes = append(alone.Notes, "− "+netAlone(n))
	}
	for _, n := range d.added {
		alone.Notes = append(alone.Notes, "+ "+netAlone(n))
	}
	if len(alone.Notes) > 0 {
		list = append(list, alone)
	}
	return draw.Pairs(a.stdout, title, list)
}

// pagePair is a pair of a page, whose changes have numbers from this one on.
func pagePair(ctx context.Context, p *netDiff, rows []*diffRow, number int, f diffFormat) (draw.Pair, error) {
	pair := draw.Pair{Title: p.title()}
	if p.Empty() {
		pair.Notes = []string{"no difference"}
		return pair, nil
	}
	notes, err := diffNotes(ctx, p)
	if err != nil {
		return pair, err
	}
	for _, c := range changeColumns[1:] {
		pair.Columns = append(pair.Columns, c.title)
	}
	for i, r := range rows {
		pair.Rows = append(pair.Rows, draw.PairRow{Number: number + i, Deep: r.deep, Sign: r.drawn(), Text: r.words, Cells: texts(r.gains())})
	}
	totals := grid{totals: [][]any{totalCells("was", p.A), totalCells("is", p.B)}}
	totals.inOneUnit()
	pair.Totals = [][]string{texts(totals.totals[0]), texts(totals.totals[1])}
	for _, line := range notes {
		pair.Notes = append(pair.Notes, visibleName(line))
	}
	pair.A, pair.B = diagrams(p, rows, number, f.depth)
	return pair, nil
}

// texts are cells as people read them.
func texts(cells []any) (list []string) {
	for _, c := range readable(cells) {
		list = append(list, fmt.Sprint(c))
	}
	return list
}

// signOf is how what became of a part is drawn.
var signOf = map[compare.Kind]draw.Sign{compare.Changed: draw.Changed, compare.Added: draw.Added, compare.Removed: draw.Removed}

func (r *diffRow) drawn() draw.Sign {
	if r.follow {
		return draw.Follows
	}
	return signOf[r.Kind]
}

// diagrams are the pictures of both nets, marked with what the rows tell.
func diagrams(p *netDiff, rows []*diffRow, number, depth int) (before, after *draw.Diagram) {
	told := map[*compare.Change]int{}
	for i, r := range rows {
		for _, c := range r.changes {
			told[c] = number + i
		}
	}
	x, y := p.Marks()
	a, b := drawnMarks(x, told), drawnMarks(y, told)
	for i, r := range rows {
		for _, c := range r.changes {
			if c.Behind == nil {
				continue
			}
			in := a
			if c.Kind == compare.Removed {
				in = b
			}
			if in[c.Behind] == nil {
				in[c.Behind] = &draw.Mark{}
			}
			in[c.Behind].Behind = append(in[c.Behind].Behind, number+i)
		}
	}
	of := func(n *interp.Net, outline []*graph.Part, m draw.Marks) *draw.Diagram {
		return draw.Of(n.Graph, outline, draw.Options{Depth: depth, Marks: m})
	}
	return of(p.a, p.before, a), of(p.b, p.after, b)
}

func drawnMarks(list map[*graph.Part]compare.Mark, told map[*compare.Change]int) draw.Marks {
	marks := draw.Marks{}
	for p, m := range list {
		sign := signOf[m.Kind]
		if m.Follows {
			sign = draw.Follows
		}
		marks[p] = &draw.Mark{Sign: sign, Changes: []int{told[m.Change]}}
	}
	return marks
}
