package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"cnnlang/interp"
	"cnnlang/lang/format"
	"cnnlang/lang/parse"
)

// fmt is `cnnlang fmt`.
func (a *app) fmt() *cobra.Command {
	f := formatter{app: a}
	cmd := &cobra.Command{
		Use:   "fmt FILE|FOLDER|-...",
		Short: "Format .cnn files in one canonical style",
		Long: "fmt changes white space only, and works on files with mistakes too. It writes the\n" +
			"files that change and prints their names; a folder stands for all .cnn files in it\n" +
			"and below. Standard input, -, goes to standard output, and so does the text in a file\n" +
			"of weights, x.safetensors, which stays as it is.\n\n" +
			"With --shapes it also adds comments with shapes to the ends of lines, if the file\n" +
			"has no mistakes: those that steps have in its nets, as in `# [N, 64, 56, 56]`, or for\n" +
			"all inputs of a block, as in `# [N, 4*c, H, W]`. It updates such comments. A line with\n" +
			"another comment, or with several shapes, gets none.",
		Example: "  cnnlang fmt my.cnn\n" +
			"  cnnlang fmt --check .\n" +
			"  cnnlang fmt --diff my.cnn\n" +
			"  cnnlang fmt --shapes my.cnn\n" +
			"  cnnlang fmt - <my.cnn\n" +
			"  cnnlang fmt flowers.safetensors >flowers.cnn",
		Args: arguments(1, -1, "the FILE or FOLDER to format"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, argument := range args {
				f.argument(cmd.Context(), argument)
			}
			return failed(f.code)
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; print the names of files that would change, and exit with 1 if any would")
	cmd.Flags().BoolVar(&f.diff, "diff", false, "write nothing; print what would change")
	cmd.Flags().BoolVar(&f.shapes, "shapes", false, "write the shapes of the nets' steps at the ends of their lines")
	return cmd
}

// A formatter formats the arguments one by one. Its exit code is the highest of theirs.
type formatter struct {
	*app
	check, diff, shapes bool
	code                int
}

func (f *formatter) argument(ctx context.Context, argument string) {
	if argument == "-" {
		f.note(f.input(ctx))
		return
	}
	if interp.HoldsNet(argument) {
		f.note(f.held(ctx, argument))
		return
	}
	if info, err := os.Stat(argument); err != nil || !info.IsDir() {
		f.note(f.file(ctx, argument))
		return
	}
	files, problems := inFolder(argument)
	for _, err := range problems {
		f.note(err)
	}
	for _, file := range files {
		f.note(f.file(ctx, file))
	}
}

func (f *formatter) note(err error) {
	if err != nil {
		f.code = max(f.code, f.report(err))
	}
}

// input formats standard input.
func (f *formatter) input(ctx context.Context) error {
	text, err := io.ReadAll(io.LimitReader(f.stdin, parse.MaxBytes+1))
	if err != nil {
		return &fs.PathError{Op: "read", Path: stdinName, Err: err}
	}
	return f.print(ctx, stdinName, string(text))
}

// held formats the text in a file of weights.
func (f *formatter) held(ctx context.Context, path string) error {
	p, err := interp.Open(path)
	if err != nil {
		return err
	}
	return f.print(ctx, p.Main.Name(), p.Text())
}

// print formats a text that is not in a file of its own, and can import only the library.
func (f *formatter) print(ctx context.Context, name, text string) error {
	laid, err := f.laid(ctx, name, text, false)
	if err != nil || f.check || f.diff {
		return err
	}
	_, err = io.WriteString(f.stdout, laid)
	return err
}

// file formats one file.
func (f *formatter) file(ctx context.Context, path string) error {
	text, err := interp.ReadText(path)
	if err != nil {
		return err
	}
	laid, err := f.laid(ctx, path, text, true)
	if err != nil || f.check || f.diff || laid == text {
		return err
	}
	if err := f.rewrite(path, text, laid); err != nil {
		return err
	}
	_, err = fmt.Fprintln(f.stdout, path)
	return err
}

// laid formats a text, of a .cnn file or elsewhere, and prints what would change where nothing is to be written.
func (f *formatter) laid(ctx context.Context, name, text string, inFile bool) (string, error) {
	laid, err := interp.Format(name, text)
	if err == nil && f.shapes {
		laid, err = f.annotate(ctx, name, text, inFile)
	}
	if err == nil && (f.check || f.diff) {
		err = f.show(name, text, laid)
	}
	return laid, err
}

// annotate formats a text and adds the shapes. Mistakes are shown in the text as it was
// read, for that is what people have before them.
func (f *formatter) annotate(ctx context.Context, name, text string, inFile bool) (string, error) {
	defer relaxGC()()
	p, err := interp.Read(name, strings.NewReader(text))
	if inFile {
		p, err = interp.Open(name)
	}
	if err == nil && p.Text() != text { // the file has changed since it was read
		p, err = p.Revise(text)
	}
	if err != nil {
		return "", err
	}
	return p.Annotate(ctx)
}

// show prints what would change.
func (f *formatter) show(name, old, laid string) error {
	if old == laid {
		return nil
	}
	if f.check {
		f.code = max(f.code, exitProblems)
	}
	if !f.diff {
		_, err := fmt.Fprintln(f.stdout, name)
		return err
	}
	_, err := fmt.Fprintf(f.stdout, "--- %s\n+++ %s\n%s", visibleName(name), visibleName(name), format.Diff(old, laid))
	return err
}
