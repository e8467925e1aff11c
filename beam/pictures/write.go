package pictures

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"cnnlang/interp/rows"
)

func init() {
	register.DoFn2x0[Result, func(string, line)](&resultLines{})
	register.DoFn2x0[Bad, func(string, line)](&badLines{})
	register.DoFn4x1[context.Context, string, func(*line) bool, func(written), error](&writeFn{})
	register.DoFn3x1[context.Context, int, func(*written) bool, error](&finishFn{})
	register.Function1x2(empty)
	register.Function1x2(together)
	register.Emitter2[string, line]()
	register.Emitter1[written]()
	register.Iter1[line]()
	register.Iter1[written]()
}

// An Output says where results are written: in files of a folder, of any file system that Beam writes.
//
//	rows.jsonl      rows-00000-of-00010.jsonl …   the rows of pictures that could be read
//	errors.jsonl    errors-00000-of-00010.jsonl … those of the others, with their reason
//	values.jsonl    values-00000-of-00010.jsonl … values that Options ask for
//
// Files appear under these names whole, after the last picture, and are never written over. The rows of each are sorted by
// their pictures, for which a worker holds them all.
type Output struct {
	Folder string
	Shards int    // how many files there are of each, 1 if it is 0
	Run    string // the name of the folder in Folder of what is not finished, UnfinishedPrefix and something of its own
}

// UnfinishedPrefix is what names of folders begin with that hold unfinished files.
const UnfinishedPrefix = ".unfinished-"

// The tables that are written.
const (
	rowsTable   = "rows"
	errorsTable = "errors"
	valuesTable = "values"
)

// A line is what a picture adds to a file.
type line struct {
	Picture, Text string
}

// A written is a file that has no final name yet.
type written struct {
	Unfinished, Final string
}

// tables are those that options have, with the extensions of their files.
func tables(o Options) map[string]string {
	all := map[string]string{rowsTable: o.Format, errorsTable: o.Format}
	if len(o.Values) > 0 {
		all[valuesTable] = JSONLines
	}
	return all
}

// Files are the names of all files that are written for some options.
func (out Output) Files(o Options) (names []string) {
	for table, ending := range tables(o.usual()) {
		for i := range max(1, out.Shards) {
			names = append(names, out.file(table, ending, i))
		}
	}
	slices.Sort(names)
	return names
}

func (out Output) file(table, ending string, shard int) string {
	if out.Shards > 1 {
		return fmt.Sprintf("%s-%05d-of-%05d.%s", table, shard, out.Shards, ending)
	}
	return table + "." + ending
}

// Path is the path of a file in the folder.
func (out Output) Path(name string) string { return strings.TrimSuffix(out.Folder, "/") + "/" + name }

// Write writes what Compute gave. Head is what rows begin with; see Head.
func Write(s beam.Scope, out Output, o Options, head string, results, bad beam.PCollection) {
	s, o = s.Scope("pictures.Write"), o.usual()
	lines := beam.Flatten(s,
		beam.ParDo(s, &resultLines{out, o}, results),
		beam.ParDo(s, &badLines{out, o}, bad),
		beam.ParDo(s, empty, beam.CreateList(s, out.Files(o)))) // so that no file is missing
	files := beam.ParDo(s, &writeFn{out, head}, beam.GroupByKey(s, lines))
	// What is grouped is settled: a worker that dies from here on finds the same files again.
	beam.ParDo0(s, &finishFn{}, beam.GroupByKey(s, beam.ParDo(s, together, files)))
}

// empty is nothing for a file.
func empty(file string) (string, line) { return file, line{} }

// together gives all files one key.
func together(w written) (int, written) { return 0, w }

// fileOf is the file for what a table has of a picture.
func (out Output) fileOf(table, ending, picture string) string {
	h := fnv.New32a()
	h.Write([]byte(picture))
	return out.file(table, ending, int(h.Sum32()%uint32(max(1, out.Shards))))
}

// A resultLines gives results their files.
type resultLines struct {
	Output  Output
	Options Options
}

func (f *resultLines) ProcessElement(r Result, emit func(string, line)) {
	emit(f.Output.fileOf(rowsTable, f.Options.Format, r.Picture), line{r.Picture, r.Row})
	if len(r.Values) == 0 {
		return
	}
	var text bytes.Buffer
	for _, v := range r.Values {
		d := valueDocument{Picture: r.Picture, Name: v.Name, Shape: v.Shape, Values: make([]rows.Real, len(v.Data))}
		for i, x := range v.Data {
			d.Values[i] = rows.Real(x)
		}
		rows.Line(&text, d) // to memory
	}
	emit(f.Output.fileOf(valuesTable, JSONLines, r.Picture), line{r.Picture, text.String()})
}

// A valueDocument is a line of the values of a picture.
type valueDocument struct {
	Picture string      `json:"picture"`
	Name    string      `json:"name"`
	Shape   []int64     `json:"shape"`
	Values  []rows.Real `json:"values"`
}

// A badLines gives pictures that could not be read their files.
type badLines struct {
	Output  Output
	Options Options
}

func (f *badLines) ProcessElement(b Bad, emit func(string, line)) {
	emit(f.Output.fileOf(errorsTable, f.Options.Format, b.Picture), line{b.Picture, b.Row})
}

// A writeFn writes a file, under a name that no other attempt at it has.
type writeFn struct {
	Output Output
	Head   string
}

func (f *writeFn) ProcessElement(ctx context.Context, file string, next func(*line) bool, emit func(written)) error {
	var all []line
	for l := (line{}); next(&l); l = (line{}) {
		if l.Text != "" {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b line) int {
		return cmp.Or(cmp.Compare(order(a.Picture), order(b.Picture)), cmp.Compare(a.Text, b.Text))
	})
	w := written{f.Output.Path(fmt.Sprintf("%s/%016x-%s", f.Output.Run, rand.Uint64(), file)), f.Output.Path(file)}
	err := create(ctx, w.Unfinished, func(to io.Writer) error {
		if !strings.HasPrefix(file, valuesTable) {
			if _, err := io.WriteString(to, f.Head); err != nil {
				return err
			}
		}
		for _, l := range all {
			if _, err := io.WriteString(to, l.Text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	emit(w)
	return nil
}

// order is what pictures are sorted by: as a folder is listed, what is in photos before photos-2.
func order(picture string) string { return strings.ReplaceAll(picture, "/", "\x00") }

// create writes a file.
func create(ctx context.Context, name string, write func(io.Writer) error) error {
	system, err := filesystem.New(ctx, name)
	if err != nil {
		return err
	}
	defer system.Close()
	to, err := system.OpenWrite(ctx, name)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, err)
	}
	buffered := bufio.NewWriter(to)
	if err := errors.Join(write(buffered), buffered.Flush(), to.Close()); err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, err)
	}
	return nil
}

// A finishFn gives all files their names.
type finishFn struct{}

func (*finishFn) ProcessElement(ctx context.Context, _ int, next func(*written) bool) error {
	var all []written
	for w := (written{}); next(&w); w = (written{}) {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b written) int { return cmp.Compare(a.Final, b.Final) })
	for _, w := range all {
		if err := rename(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// rename gives a file its name, if an earlier attempt has not.
func rename(ctx context.Context, w written) error {
	system, err := filesystem.New(ctx, w.Final)
	if err != nil {
		return err
	}
	defer system.Close()
	there, err := system.List(ctx, w.Unfinished)
	if err != nil {
		return err
	}
	if len(there) == 0 {
		if done, err := system.List(ctx, w.Final); err != nil || len(done) > 0 {
			return err
		}
	}
	if err := filesystem.Rename(ctx, system, w.Unfinished, w.Final); err != nil {
		return fmt.Errorf("%s cannot be written: %w", w.Final, err)
	}
	return nil
}

// Ready refuses a folder that cannot be written, or that has a file of these names already.
func (out Output) Ready(ctx context.Context, o Options) error {
	system, err := filesystem.New(ctx, out.Folder)
	if err != nil {
		return err
	}
	defer system.Close()
	for table := range tables(o.usual()) {
		for _, pattern := range []string{table + ".*", table + "-*-of-*.*"} {
			there, err := system.List(ctx, out.Path(pattern))
			if err != nil {
				return fmt.Errorf("%s: %w", out.Folder, err)
			}
			if len(there) > 0 {
				return fmt.Errorf("%s is there already, and is left as it is; remove it, or name another folder", there[0])
			}
		}
	}
	return create(ctx, out.Path(out.Run+"/begun"), func(io.Writer) error { return nil })
}

// Clean removes what is not finished.
func (out Output) Clean(ctx context.Context) error {
	system, err := filesystem.New(ctx, out.Folder)
	if err != nil {
		return err
	}
	defer system.Close()
	remover, ok := system.(filesystem.Remover)
	if !ok {
		return nil
	}
	names, err := system.List(ctx, out.Path(out.Run+"/*"))
	for _, name := range names {
		err = errors.Join(err, remover.Remove(ctx, name))
	}
	if isLocal(out.Folder) {
		err = errors.Join(err, remover.Remove(ctx, out.Path(out.Run)))
	}
	return err
}
