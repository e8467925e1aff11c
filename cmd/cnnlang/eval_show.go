package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp"
	"cnnlang/interp/atomicfile"
	"cnnlang/interp/train/dataset"
	"cnnlang/interp/train/metrics"
	"cnnlang/ops/dim"
)

// evalDocument is cnnlang.eval/v1.
type evalDocument struct {
	Schema    string        `json:"schema"`
	Net       string        `json:"net"`
	Input     []int         `json:"input"`
	Data      string        `json:"data"`
	Part      string        `json:"part,omitempty"` // val, train or all
	Weights   weightsOrigin `json:"weights"`
	Precision string        `json:"precision"`
	Pictures  int           `json:"pictures"`
	LeftOut   int           `json:"left_out"`   // that cannot be read
	NotFinite int           `json:"not_finite"` // with outputs that are no numbers
	evalNumbers
	Bins     []evalBin     `json:"bins"`
	Classes  []evalClass   `json:"classes"`
	Mistakes []evalMistake `json:"mistakes"`
	Worst    []evalWorst   `json:"worst"`
	Require  []evalBound   `json:"require,omitempty"`
	Seconds  struct {
		Prepare float64 `json:"prepare"`
		Run     float64 `json:"run"`
	} `json:"seconds"`

	ends string
}

// evalNumbers are means over all pictures.
type evalNumbers struct {
	Top1    exact  `json:"top1"`
	Top5    *exact `json:"top5,omitempty"` // of more than five classes
	Loss    exact  `json:"loss"`
	MacroF1 exact  `json:"macro_f1"`
	ECE     exact  `json:"ece"`
	Brier   exact  `json:"brier"`
}

// An exact is a number in JSON with all digits, null if it is not finite.
type exact float64

// MarshalJSON writes the number or null.
func (e exact) MarshalJSON() ([]byte, error) {
	text := strconv.FormatFloat(float64(e), 'g', -1, 64)
	if strings.ContainsAny(text, "IN") {
		text = "null"
	}
	return []byte(text), nil
}

// An evalBin has the pictures whose class is said with a probability up to UpTo, and above that of the bin before.
type evalBin struct {
	UpTo       exact `json:"up_to"`
	Pictures   int   `json:"pictures"`
	Confidence exact `json:"confidence"`
	Accuracy   exact `json:"accuracy"`
}

type evalClass struct {
	Class     int    `json:"class"`
	Name      string `json:"name"`
	Pictures  int    `json:"pictures"`
	Said      int    `json:"said"`
	Precision exact  `json:"precision"`
	Recall    exact  `json:"recall"`
	F1        exact  `json:"f1"`
}

type evalMistake struct {
	Right    int `json:"right"`
	Said     int `json:"said"`
	Pictures int `json:"pictures"`
}

type evalWorst struct {
	Picture    string `json:"picture"`
	Right      int    `json:"right"`
	Said       *int   `json:"said"` // null for outputs that are no numbers
	Loss       exact  `json:"loss"`
	Confidence exact  `json:"confidence"`
}

// An evalBound is a condition of --require.
type evalBound struct {
	Bound    string `json:"bound"`
	Quantity string `json:"quantity,omitempty"`
	Value    exact  `json:"value"`
	Holds    bool   `json:"holds"`
}

// is says what the quantity is.
func (e evalBound) is() string {
	if e.Quantity == "" {
		return ""
	}
	return fmt.Sprintf(": %s is %.6g", e.Quantity, float64(e.Value))
}

// fill takes a report in.
func (d *evalDocument) fill(r *metrics.Report, names []string, set *dataset.Set) {
	d.Pictures, d.NotFinite = r.Rows, r.Broken
	d.evalNumbers = evalNumbers{Top1: exact(r.Top(1)), Loss: exact(r.Loss), MacroF1: exact(r.MacroF1), ECE: exact(r.ECE), Brier: exact(r.Brier)}
	if len(r.Classes) > 5 {
		top5 := exact(r.Top(5))
		d.Top5 = &top5
	}
	for k, b := range r.Bins {
		d.Bins = append(d.Bins, evalBin{exact(float64(k+1) / metrics.Bins), b.Rows, exact(b.Confidence), exact(b.Accuracy)})
	}
	for k, c := range r.Classes {
		d.Classes = append(d.Classes, evalClass{k, names[k], c.Rows, c.Said, exact(c.Precision), exact(c.Recall), exact(c.F1)})
	}
	d.Mistakes, d.Worst = []evalMistake{}, []evalWorst{}
	for _, m := range r.Mistakes {
		d.Mistakes = append(d.Mistakes, evalMistake{m.Right, m.Said, m.Rows})
	}
	for _, w := range r.Worst {
		one := evalWorst{Picture: set.Name(w.Row), Right: w.Right, Loss: exact(w.Loss), Confidence: exact(w.Confidence)}
		if w.Said >= 0 {
			one.Said = &w.Said
		}
		d.Worst = append(d.Worst, one)
	}
}

// judge finds out which conditions hold.
func (d *evalDocument) judge(f *evalFlags) error {
	if !f.require.given {
		return nil
	}
	known := map[string]float64{"top1": float64(d.Top1), "top5": 1, "loss": float64(d.Loss), "macro_f1": float64(d.MacroF1),
		"ece": float64(d.ECE), "brier": float64(d.Brier), "pictures": float64(d.Pictures)}
	if d.Top5 != nil {
		known["top5"] = float64(*d.Top5)
	}
	list, err := interp.Conditions{Text: f.require.value, Name: requireName}.Judge(known)
	for _, j := range list {
		d.Require = append(d.Require, evalBound{j.Text, j.Name, exact(j.Value), j.Holds})
	}
	return err
}

// mostMatrix is up to how many classes the confusion matrix is shown as a table, and mostMistakes how many pairs are
// shown of more.
const (
	mostMatrix   = 20
	mostMistakes = 20
	mostClasses  = 50 // that are shown, the worst of more
)

// evalText shows a report to people.
func (a *app) evalText(d *evalDocument, r *metrics.Report) error {
	where := visibleName(d.Data)
	if d.Part != "" {
		where += ", " + d.Part
	}
	fmt.Fprintf(a.stdout, "%s %s on %s: %s of %s", d.Net, d.ends, where, plural(d.Pictures, "picture", "pictures"), plural(len(d.Classes), "class", "classes"))
	if d.LeftOut > 0 {
		fmt.Fprintf(a.stdout, "; %d left out", d.LeftOut)
	}
	if d.Weights.Seed != nil {
		fmt.Fprintf(a.stdout, "\n%s", d.Weights.meaningless())
	}
	fmt.Fprintf(a.stdout, "\n\ntop-1     %s\n", percentText(float64(d.Top1)))
	if d.Top5 != nil {
		fmt.Fprintf(a.stdout, "top-5     %s\n", percentText(float64(*d.Top5)))
	}
	fmt.Fprintf(a.stdout, "loss      %.4f\nmacro F1  %.4f\nECE       %.4f\nBrier     %.4f\n", float64(d.Loss), float64(d.MacroF1), float64(d.ECE), float64(d.Brier))
	if d.NotFinite > 0 {
		fmt.Fprintf(a.stderr, "warning: the outputs for %s are not finite numbers, and count as wrong\n", plural(d.NotFinite, "picture", "pictures"))
	}
	for _, table := range []struct {
		title string
		grid
	}{{d.classTitle(), d.classGrid(false)}, {d.confusionTitle(), d.confusionGrid(r)}, {"the pictures with the largest losses", d.worstGrid()}} {
		if len(table.rows) == 0 {
			continue
		}
		fmt.Fprintf(a.stdout, "\n%s\n\n", table.title)
		if err := a.grid(table.grid, "table"); err != nil {
			return err
		}
	}
	return nil
}

func percentText(v float64) string { return fmt.Sprintf("%.2f %%", 100*v) }

// confusionGrid is the confusion matrix, or of many classes the pairs that are most often confused.
func (d *evalDocument) confusionGrid(r *metrics.Report) (g grid) {
	if len(d.Classes) > mostMatrix {
		g.columns = []column{{"is", false}, {"said to be", false}, {"pictures", true}}
		for _, m := range d.Mistakes[:min(mostMistakes, len(d.Mistakes))] {
			g.rows = append(g.rows, []any{d.Classes[m.Right].Name, d.Classes[m.Said].Name, dim.Int(m.Pictures)})
		}
		return g
	}
	g.columns = []column{{"is \\ said to be", false}}
	for _, c := range d.Classes {
		g.columns = append(g.columns, column{c.Name, true})
	}
	for k, row := range r.Matrix() {
		cells := []any{d.Classes[k].Name}
		for _, n := range row {
			cells = append(cells, dim.Int(n))
		}
		g.rows = append(g.rows, cells)
	}
	return g
}

func (d *evalDocument) confusionTitle() string {
	if len(d.Classes) > mostMatrix {
		return "what is most often taken for what"
	}
	return "what is taken for what"
}

// worstGrid lists the worst pictures.
func (d *evalDocument) worstGrid() grid {
	g := grid{columns: []column{{"picture", false}, {"is", false}, {"said to be", false}, {"confidence", true}, {"loss", true}}}
	for _, w := range d.Worst {
		said := "–"
		if w.Said != nil {
			said = d.Classes[*w.Said].Name
		}
		g.rows = append(g.rows, []any{w.Picture, d.Classes[w.Right].Name, said, percentText(float64(w.Confidence)), fmt.Sprintf("%.4f", float64(w.Loss))})
	}
	return g
}

// mostCells is how many cells of a confusion matrix are written.
const mostCells = 1 << 26

// writeConfusion writes the confusion matrix as a csv.
func (a *app) writeConfusion(file string, d *evalDocument, r *metrics.Report) error {
	n := len(d.Classes)
	if n*n > mostCells {
		return usage("the confusion matrix of %d classes would have %d cells, want at most %d", n, n*n, mostCells).withHelp("-o json has the mistakes that there are")
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	return unwritten(file, atomicfile.Write(file, func(w io.Writer) error {
		out := csv.NewWriter(w)
		cells := []string{"class"}
		for _, c := range d.Classes {
			cells = append(cells, c.Name)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
		for k, row := range r.Matrix() {
			cells[0] = d.Classes[k].Name
			for i, rows := range row {
				cells[i+1] = strconv.Itoa(rows)
			}
			if err := out.Write(cells); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	}))
}

// shownClasses are those with pictures, or that were said; of many the ones with the lowest F1.
func (d *evalDocument) shownClasses() []evalClass {
	list := slices.DeleteFunc(slices.Clone(d.Classes), func(c evalClass) bool { return c.Pictures+c.Said == 0 })
	if len(list) <= mostClasses {
		return list
	}
	slices.SortStableFunc(list, func(a, b evalClass) int { return cmp.Compare(a.F1, b.F1) })
	return list[:mostClasses]
}

func (d *evalDocument) classTitle() string {
	if n := len(d.shownClasses()); n == mostClasses {
		return fmt.Sprintf("the %d classes with the lowest F1; -o csv has all", n)
	}
	return "classes"
}

// classGrid has a row for each class.
func (d *evalDocument) classGrid(csv bool) grid {
	g := grid{columns: []column{{"class", false}, {"pictures", true}, {"said", true}, {"precision", true}, {"recall", true}, {"F1", true}}}
	list, number := d.shownClasses(), func(v exact) any { return fmt.Sprintf("%.4f", float64(v)) }
	if csv {
		list, number = d.Classes, func(v exact) any { return strconv.FormatFloat(float64(v), 'g', -1, 64) }
	}
	for _, c := range list {
		g.rows = append(g.rows, []any{c.Name, dim.Int(c.Pictures), dim.Int(c.Said), number(c.Precision), number(c.Recall), number(c.F1)})
	}
	return g
}
