// Command pictures measures how long cnnlang takes to decode and to prepare the pictures of a
// folder, beside Pillow with NumPy: the shorter side to 256 pixels, the middle 224 x 224, three
// planes of float32 with ImageNet's mean and standard deviation. Both do the same in turns, on
// one core; a time is processor time, of which the least of all rounds counts. A picture of
// which they make other numbers is not timed. It prints a table of docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

type options struct {
	folder         string
	python, script string
	rounds         int
	turn           time.Duration
	most           float64
}

// main exits with 1 if cnnlang takes more than so many times Pillow's time, and with 2 if
// that could not be measured.
func main() {
	o, err := readOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	slower := false
	if err == nil {
		slower, err = o.run(context.Background())
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case slower:
		os.Exit(1)
	}
}

func readOptions(arguments []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("pictures", flag.ContinueOnError)
	f.StringVar(&o.python, "python", "python3", "the Python to use, with Pillow and NumPy")
	f.StringVar(&o.script, "script", "bench/pillow_worker.py", "the worker")
	f.IntVar(&o.rounds, "rounds", 15, "how often each of both has its turn")
	f.DurationVar(&o.turn, "turn", 50*time.Millisecond, "about how long a turn takes")
	f.Float64Var(&o.most, "most", 0, "exit with 1 if all pictures together take more than so many times Pillow's time, 0 for never")
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	if f.NArg() != 1 || o.rounds < 1 || o.rounds > 1000 || o.turn <= 0 {
		return nil, errors.New("pictures: want one folder, 1 to 1000 rounds, and turns that take time")
	}
	o.folder = f.Arg(0)
	return o, nil
}

// run measures all pictures, prints the table, and reports whether they take too long.
func (o *options) run(ctx context.Context) (slower bool, err error) {
	runtime.GOMAXPROCS(1)
	entries, err := os.ReadDir(o.folder)
	if err != nil {
		return false, err
	}
	w, err := start(o.python, o.script)
	if err != nil {
		return false, err
	}
	defer w.end()
	var rows []row
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		r, err := o.measure(ctx, w, filepath.Join(o.folder, e.Name()))
		var left *leftOut
		if errors.As(err, &left) {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", e.Name(), err)
			continue
		}
		if err != nil {
			return false, err
		}
		fmt.Fprintf(os.Stderr, "%s: %.2f times Pillow's time\n", e.Name(), r.steps[whole].ratio())
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return false, fmt.Errorf("pictures: no picture in %s could be measured", o.folder)
	}
	rows = append(rows, total(rows))
	fmt.Printf("%s, one core of %s\n\n%s", w.engine, machine(), table(rows))
	return o.most > 0 && rows[len(rows)-1].steps[whole].ratio() > o.most, nil
}
