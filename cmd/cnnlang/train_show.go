package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cnnlang/interp"
	"cnnlang/interp/train"
	"cnnlang/interp/train/events"
	"cnnlang/lang/diag"
	"cnnlang/ops/dim"
)

// A trainTable is the rows of a training, for people: its columns are as wide as they need to be before the first row is known.
//
//	epoch   rate      loss   val loss  val top-1   pictures/s  waiting for data   time
type trainTable struct {
	checked bool
	classes bool // whether pictures have any
	pairs   bool // whether targets are pictures
}

// epochWidth is that of the first column.
const epochWidth = len("head 100")

// A trainColumn is a column of the table, aligned to the right.
type trainColumn struct {
	title string
	width int
}

func (t trainTable) columns() []trainColumn {
	all := []trainColumn{{"epoch", epochWidth}, {"rate", 7}, {"loss", 9}}
	if t.checked {
		all = append(all, trainColumn{"val loss", 9})
	}
	switch {
	case t.checked && t.classes:
		all = append(all, trainColumn{"val top-1", 9})
	case t.checked && t.pairs:
		all = append(all, trainColumn{"val PSNR", 9})
	}
	return append(all, trainColumn{"pictures/s", 10}, trainColumn{"waiting for data", 16}, trainColumn{"time", 6})
}

// line is cells under the titles.
func (t trainTable) line(cells []string) string {
	var b strings.Builder
	for i, c := range t.columns() {
		fmt.Fprintf(&b, "%*s", c.width, cells[i])
		if i < len(cells)-1 {
			b.WriteString("  ")
		}
	}
	return b.String()
}

// head is the titles and what separates them from the rows.
func (t trainTable) head() string {
	var titles []string
	for _, c := range t.columns() {
		titles = append(titles, c.title)
	}
	line := t.line(titles)
	return line + "\n" + strings.Repeat("─", len(line)) + "\n"
}

// row is what an epoch has come to.
func (t trainTable) row(e *events.Epoch) string {
	cells := []string{epochName(e.Epoch, e.Head), rateText(float64(e.Rate)), lossText(float64(e.Loss))}
	if t.checked {
		cells = append(cells, numberText(e.ValLoss, lossText))
	}
	switch {
	case t.checked && t.classes:
		cells = append(cells, numberText(e.ValTop1, shareText))
	case t.checked && t.pairs:
		cells = append(cells, numberText(e.ValPSNR, psnrText))
	}
	cells = append(cells, speedText(float64(e.ImagesPerSecond)), fmt.Sprintf("%.0f %%", 100*float64(e.Waiting)), timeText(time.Duration(float64(e.Seconds)*float64(time.Second))))
	line := t.line(cells)
	if e.Best && t.checked {
		line += "  ← best"
	}
	return line + "\n"
}

// epochName is the number of an epoch, and whether only new tensors learn in it.
func epochName(n int, head bool) string {
	if head {
		return fmt.Sprint("head ", n)
	}
	return strconv.Itoa(n)
}

// numberText is a number as text writes it, or a dash where there is none.
func numberText(v *events.Number, text func(float64) string) string {
	if v == nil {
		return "–"
	}
	return text(float64(*v))
}

func psnrText(v float64) string  { return fmt.Sprintf("%.2f dB", v) }
func rateText(v float64) string  { return strconv.FormatFloat(v, 'e', 1, 64) }
func lossText(v float64) string  { return strconv.FormatFloat(v, 'g', 4, 64) }
func shareText(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

// speedText is a number of pictures per second.
func speedText(v float64) string {
	if v < 100 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return grouped(dim.Int(int(v + 0.5)))
}

// timeText is a time with its two largest units.
func timeText(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}

// summary says what is learned from.
func (v *trainView) data() string {
	d := v.options.Data
	what := "pictures"
	text := fmt.Sprintf("%s: ", visibleName(v.flags.data.value))
	if n := len(d.Classes); n > 0 {
		text += fmt.Sprintf("%s, ", plural(n, "class", "classes"))
	}
	text += fmt.Sprintf("%s %s to learn from", grouped(dim.Int(d.Train.Len())), what)
	if n := d.Val.Len(); n > 0 {
		text += fmt.Sprintf(", %s to check with", grouped(dim.Int(n)))
	} else {
		text += ", none to check with"
	}
	if n := len(d.Bad); n > 0 {
		text += fmt.Sprintf("; %d unreadable", n)
	}
	return text
}

// plural is a number with its noun.
func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(dim.Int(n)) + " " + more
}

// net says what learns.
func (v *trainView) net(t *train.Trainer) string {
	n := v.options.Net
	g := n.Graph
	text := fmt.Sprintf("%s %v -> %v: %s parameters", n.Name, g.Input().Shape, g.Output().Shape, grouped(dim.Int(v.start.Parameters)))
	params := g.Params(true)
	if fresh := t.Fresh(); len(fresh) > 0 && len(fresh) < len(params) {
		const most = 4
		text += "; new: " + joined(fresh[:min(most, len(fresh))], ", ")
		if more := len(fresh) - most; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	if all, stored := t.Norms(); stored > 0 {
		text += fmt.Sprintf("; %d of %d BN with stored statistics", stored, all)
	}
	return text
}

// plan says how it learns, and as soon as it is known about how long that takes.
func (v *trainView) plan(t *train.Trainer, left time.Duration) string {
	r := v.options.Recipe
	name := r.Name
	if name == "" {
		name = interp.Unnamed
	}
	text := "recipe " + name + " (--show-recipe); "
	if head := t.Epochs() - r.Epochs; head > 0 {
		text += fmt.Sprintf("%s of the new tensors alone, then %d", plural(head, "epoch", "epochs"), r.Epochs)
	} else {
		text += plural(r.Epochs, "epoch", "epochs")
	}
	text += fmt.Sprintf(" of %s", plural(v.start.StepsPerEpoch, "step", "steps"))
	if rest := v.options.Data.Train.Len() - v.start.StepsPerEpoch*r.Batch; rest > 0 {
		text += fmt.Sprintf(" of %d pictures, %d others each time left out", r.Batch, rest)
	}
	if left > 0 {
		text += "; about " + timeText(left)
	}
	return text + "; " + interp.Bytes(t.Memory())
}

// verdict says what the training has come to.
func (v *trainView) verdict(t *train.Trainer, e *events.End) string {
	file := v.flags.output.value
	var b strings.Builder
	switch {
	case e.BestEpoch == 0:
		fmt.Fprintf(&b, "no epoch has ended; nothing is in %s yet\n", visibleName(file))
		return b.String()
	case e.ValTop1 != nil:
		fmt.Fprintf(&b, "best epoch: %d, with a loss of %s and a top-1 of %s; it is in %s\n", e.BestEpoch, lossText(float64(*e.ValLoss)), shareText(float64(*e.ValTop1)), visibleName(file))
	case e.ValPSNR != nil:
		fmt.Fprintf(&b, "best epoch: %d, with a loss of %s and a PSNR of %s; it is in %s\n", e.BestEpoch, lossText(float64(*e.ValLoss)), psnrText(float64(*e.ValPSNR)), visibleName(file))
	case e.ValLoss != nil:
		fmt.Fprintf(&b, "best epoch: %d, with a loss of %s; it is in %s\n", e.BestEpoch, lossText(float64(*e.ValLoss)), visibleName(file))
	default:
		fmt.Fprintf(&b, "the weights after epoch %d are in %s\n", e.BestEpoch, visibleName(file))
	}
	if e.Reason == "no_progress" {
		fmt.Fprintf(&b, "ended early: no progress in %s\n", plural(v.options.Recipe.StopAfter, "epoch", "epochs"))
	}
	if worst := v.worst(t); worst != "" {
		fmt.Fprintf(&b, "worst classes: %s\n", worst)
	}
	return b.String()
}

// worst are the three classes of which the fewest are found.
func (v *trainView) worst(t *train.Trainer) string {
	r := t.Report()
	if r == nil {
		return ""
	}
	var order []int
	for i, c := range r.Classes {
		if c.Rows > 0 && c.Recall < 1 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := r.Classes[a].Recall, r.Classes[b].Recall; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	const most = 3
	var texts []string
	for _, i := range order[:min(most, len(order))] {
		c := r.Classes[i]
		texts = append(texts, fmt.Sprintf("%s %.0f of %d", visibleName(v.options.Data.Classes[i]), c.Recall*float64(c.Rows), c.Rows))
	}
	return strings.Join(texts, ", ")
}

// passedOver says that a batch gave no step.
func passedOver(e *events.NaN) string {
	text := fmt.Sprintf("step %d is not taken", e.Step)
	switch {
	case e.Path != "" && e.Direction == "backward":
		text += ": the gradient at " + e.Path + " is not finite"
	case e.Path != "":
		text += ": the value of " + e.Path + " is not finite"
	}
	if e.Action == string(train.Backoff) {
		return text + "; from here on the rate is half of what it was"
	}
	return text
}

// bar shows how far an epoch has come, in at most so many columns.
func (v *trainView) bar(columns int) string {
	s := v.last
	done := float64(v.inEpoch) / float64(v.start.StepsPerEpoch)
	tail := fmt.Sprintf("%3d %%  loss %s  rate %s  %s/s", int(100*done), lossText(v.loss()), rateText(s.Rate), speedText(v.speed()))
	if left := v.epochLeft(); left > 0 {
		tail += "  epoch ends in " + timeText(left)
	}
	name := fmt.Sprintf("%*s  ", epochWidth, epochName(s.Epoch, v.head))
	room := min(columns-2-diag.Width(name)-diag.Width(tail)-2, 24)
	if room < 6 {
		return name + tail
	}
	full := int(done * float64(room))
	return name + "▕" + strings.Repeat("█", full) + strings.Repeat(" ", room-full) + "▏ " + tail
}

// next are the commands that come after.
func (v *trainView) next() string {
	file := shellQuoted(v.flags.output.value)
	run := "cnnlang run " + file + " PICTURE"
	d := v.options.Data
	eval := "cnnlang eval " + file + " --data "
	switch _, parts := os.Stat(filepath.Join(v.flags.data.value, "train")); {
	case !v.table.checked || strings.HasSuffix(d.Train.Name(0), "]"): // of an array
		return run
	case v.flags.val.given:
		eval += shellQuoted(v.flags.val.value)
	case parts == nil:
		eval += shellQuoted(v.flags.data.value)
	default:
		eval += shellQuoted(v.flags.data.value) + " --split " + v.flags.split.String()
		if v.flags.group.given {
			eval += " --group " + shellQuoted(v.flags.group.String())
		}
	}
	if v.flags.skipBad {
		eval += " --skip-bad"
	}
	return eval + "\n" + run
}
