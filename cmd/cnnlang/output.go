package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/interp/rows"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// Every verb that prints results has one of two sets of formats; check adds formats of
// diagnostics to the second, graph and compare those of pictures to the first.
var (
	tableFormats = []string{"table", "json", "csv", "md"}
	textFormats  = []string{"text", "json"}

	compareFormats = append(slices.Clone(tableFormats), "svg")

	diffFormats = []string{"text", "json", "md", "svg", "html"}
	// Those of graph, which draws too.
	graphFormats   = append([]string{"text", "json", "csv", "md"}, pictureFormats...)
	pictureFormats = []string{"svg", "html", "dot", "mermaid"}
)

// formatFlag adds -o with the formats a verb has, the first its default.
func formatFlag(cmd *cobra.Command, formats []string) *option[string] {
	c := choiceOf(formats...)
	c.parse = func(text string) (string, error) {
		err := known(text, formats)
		if err != nil && strings.Contains(text, ".") && cmd.Flags().Lookup("output") != nil {
			err = fmt.Errorf("%w; a file is named with --output", err)
		}
		return text, err
	}
	cmd.Flags().VarP(c, "format", "o", strings.Join(formats, ", "))
	complete(cmd, "format", fixed(formats...))
	return c
}

// json writes a document, indented, with arrows and comparisons readable and
// each list of numbers on one line.
func (a *app) json(document any) error {
	a.documented = true
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		return err
	}
	_, err := a.stdout.Write(numberList.ReplaceAllFunc(text.Bytes(), func(list []byte) []byte {
		return bytes.ReplaceAll(bytes.Join(bytes.Fields(list), nil), []byte(","), []byte(", "))
	}))
	return err
}

// numberList is an array of numbers, each on a line of its own. It cannot match inside
// a string, which contains no newline.
var numberList = regexp.MustCompile(`\[\n\s+-?\d[\d.e+-]*(,\n\s+-?\d[\d.e+-]*)*\n\s+\]`)

// A column of a grid. The first one is cut if a terminal is too narrow.
type column struct {
	title string
	right bool // aligned to the right, for numbers
}

// columnsOf are columns aligned to the left.
func columnsOf(titles ...string) (columns []column) {
	for _, title := range titles {
		columns = append(columns, column{title, false})
	}
	return columns
}

// A grid is rows of cells for people or spreadsheets. A cell that is a dim.Size has thousands
// separators for people and none for spreadsheets.
type grid struct {
	columns  []column
	rows     [][]any
	totals   [][]any
	headings map[int]string // of a table for people: what stands above a row, by its number
}

// heading puts a line above the next row.
func (g *grid) heading(text string) {
	if g.headings == nil {
		g.headings = map[int]string{}
	}
	g.headings[len(g.rows)] = text
}

// unknownCell is a cell without a value.
func unknownCell(csv bool) string {
	if csv {
		return ""
	}
	return "–"
}

// A byteCount is a cell with bytes: for people all of a column are in one unit.
type byteCount int64

// inOneUnit writes the bytes of each column in the unit of the greatest.
func (g grid) inOneUnit() {
	most := map[int]byteCount{}
	cells := func(f func(column int, cell *any, n byteCount)) {
		for _, row := range slices.Concat(g.rows, g.totals) {
			for column := range row {
				if n, ok := row[column].(byteCount); ok {
					f(column, &row[column], n)
				}
			}
		}
	}
	cells(func(column int, _ *any, n byteCount) { most[column] = max(most[column], n) })
	cells(func(column int, cell *any, n byteCount) { *cell = interp.BytesBeside(int64(n), int64(most[column])) })
}

// grid writes it as table, md or csv. A csv has no totals, since they would look like rows.
func (a *app) grid(g grid, format string) error {
	if format == "csv" {
		return a.csv(g)
	}
	g.inOneUnit()
	if format == "md" {
		_, err := fmt.Fprintln(a.stdout, g.writer().RenderMarkdown())
		return err
	}
	g, folded := g.fold(terminalWidth(os.Stdout))
	t := g.writer()
	if width := terminalWidth(os.Stdout); width > 0 {
		g.shrink(t, width)
	}
	row := -2 // two lines are the columns' titles
	for line := range strings.Lines(t.Render()) {
		if heading := g.headings[row]; heading != "" {
			gap := "\n"
			if row == 0 {
				gap = ""
			}
			if err := a.prose(gap + visibleName(heading) + "\n"); err != nil {
				return err
			}
		}
		fmt.Fprintln(a.stdout, strings.TrimRight(line, " \n"))
		row++
	}
	if len(folded) > 0 {
		return a.prose("\nthe terminal is too narrow for: " + strings.Join(folded, ", ") + "\n")
	}
	return nil
}

// fold leaves out the last columns, but for two, of a table that does not fit a terminal even
// with its first column cut, and returns their titles. A width of 0 is any.
func (g grid) fold(width int) (grid, []string) {
	if width == 0 {
		return g, nil
	}
	widths := make([]int, len(g.columns))
	for i, c := range g.columns {
		widths[i] = utf8.RuneCountInString(c.title)
	}
	for _, row := range slices.Concat(g.rows, g.totals) {
		for i, c := range readable(row) {
			widths[i] = max(widths[i], utf8.RuneCountInString(fmt.Sprint(c)))
		}
	}
	kept, used := 1, min(widths[0], narrowest)+1 // lines end with a blank
	for kept < len(widths) && (kept < 2 || used+2+widths[kept] <= width) {
		used += 2 + widths[kept]
		kept++
	}
	var folded []string
	for _, c := range g.columns[kept:] {
		folded = append(folded, c.title)
	}
	cut := func(rows [][]any) (short [][]any) {
		for _, row := range rows {
			short = append(short, row[:kept])
		}
		return short
	}
	return grid{g.columns[:kept], cut(g.rows), cut(g.totals), g.headings}, folded
}

func (g grid) writer() table.Writer {
	t := table.NewWriter()
	t.SetStyle(quiet)
	t.SetColumnConfigs(g.configs(0))
	titles := table.Row{}
	for _, c := range g.columns {
		titles = append(titles, c.title)
	}
	t.AppendHeader(titles)
	for _, row := range g.rows {
		t.AppendRow(readable(row))
	}
	for _, row := range g.totals {
		t.AppendFooter(readable(row))
	}
	return t
}

// quiet is a table with two lines and no box.
var quiet = table.Style{
	Box: table.BoxStyle{
		MiddleHorizontal: "─", MiddleSeparator: "─", MiddleVertical: " ",
		PaddingLeft: "", PaddingRight: " ",
	},
	Options: table.Options{SeparateColumns: true, SeparateHeader: true, SeparateFooter: true},
}

// narrowest is the least width of the first column, however narrow the terminal is.
const narrowest = 12

// shrink cuts the first column, and no other, so that the table fits the terminal.
func (g grid) shrink(t table.Writer, width int) {
	widest := 0
	for line := range strings.Lines(t.Render()) {
		widest = max(widest, diag.Width(strings.TrimRight(line, " \n")))
	}
	if widest <= width {
		return
	}
	first := 0
	for _, row := range g.rows {
		first = max(first, diag.Width(visibleName(short(cell(row[0], true)))))
	}
	t.SetColumnConfigs(g.configs(max(first-(widest-width), narrowest)))
}

func (g grid) configs(firstWidth int) []table.ColumnConfig {
	var configs []table.ColumnConfig
	for i, c := range g.columns {
		config := table.ColumnConfig{Number: i + 1}
		if c.right {
			config.Align, config.AlignHeader, config.AlignFooter = text.AlignRight, text.AlignRight, text.AlignRight
		}
		if i == 0 && firstWidth > 0 {
			config.WidthMax = firstWidth
			config.WidthMaxEnforcer = func(s string, most int) string { return text.Snip(s, most, "…") }
		}
		configs = append(configs, config)
	}
	return configs
}

// readable are cells for people: each on one line, without control characters.
func readable(cells []any) table.Row {
	row := table.Row{}
	for _, c := range cells {
		row = append(row, visibleName(short(cell(c, true))))
	}
	return row
}

// short is the text of a cell in a table for people: if it is far too long, as a path can
// be, its middle is left out.
func short(text string) string {
	const most = 200
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	runes := []rune(text)
	return string(runes[:most/2-1]) + "…" + string(runes[len(runes)-most/2:])
}

func (a *app) csv(g grid) error {
	w := csv.NewWriter(a.stdout)
	var titles []string
	for _, c := range g.columns {
		titles = append(titles, strings.ReplaceAll(strings.ToLower(c.title), " ", "_"))
	}
	lines := [][]string{titles}
	for _, row := range g.rows {
		var fields []string
		for _, c := range row {
			fields = append(fields, cell(c, false))
		}
		lines = append(lines, fields)
	}
	return w.WriteAll(lines)
}

// cell is a cell's text.
func cell(value any, separated bool) string {
	n, ok := value.(dim.Size)
	share, part := value.(percentage)
	switch {
	case part && !separated:
		return digitsTo(float64(share), 6)
	case !ok:
		return fmt.Sprint(value)
	case separated:
		return grouped(n)
	}
	return n.String()
}

// grouped prints 25557032 as 25,557,032.
func grouped(n dim.Size) string {
	v, ok := n.Int()
	if !ok {
		return outOfRange
	}
	digits := fmt.Sprint(v)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

const outOfRange = "out of range"

// integer is a size in JSON: null if it is out of range.
func integer(n dim.Size) *int {
	if v, ok := n.Int(); ok {
		return &v
	}
	return nil
}

// A real is a number in JSON with the digits of a float32: null if it is not finite.
type real = rows.Real
