package pictures

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.Function3x1(match)
	register.Emitter1[string]()
}

// Match finds the files that fit patterns, of any file system that Beam reads: → PCollection<string>. As in a shell, no
// star is a dot at the beginning of a name. A pattern that nothing fits fails the pipeline.
func Match(s beam.Scope, patterns ...string) beam.PCollection {
	s = s.Scope("pictures.Match")
	// Shuffled, since a worker that finds a million files should not compute them all.
	return beam.Reshuffle(s, beam.ParDo(s, match, beam.CreateList(s, patterns)))
}

func match(ctx context.Context, pattern string, emit func(string)) error {
	names, err := Matches(ctx, pattern)
	for _, name := range names {
		emit(name)
	}
	return err
}

// Matches are the files that fit a pattern now.
func Matches(ctx context.Context, pattern string) (names []string, err error) {
	if strings.Contains("/"+filepath.ToSlash(pattern)+"/", "/**/") {
		return nil, fmt.Errorf("%s: ** is not known in patterns; name each depth by a pattern of its own, as in 'photos/*' 'photos/*/*'", pattern)
	}
	if _, err := os.Lstat(pattern); err == nil && isLocal(pattern) { // a file whose name looks like a pattern
		return []string{pattern}, nil
	}
	system, err := filesystem.New(ctx, pattern)
	if err != nil {
		return nil, err
	}
	defer system.Close()
	all, err := system.List(ctx, pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	for _, name := range all {
		if !hidden(name, pattern) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: there is no such file, and no file whose name fits the pattern", pattern)
	}
	return names, nil
}

// hidden reports whether a part of a name begins with a dot where that of its pattern does not.
func hidden(name, pattern string) bool {
	name, pattern = filepath.ToSlash(name), filepath.ToSlash(pattern)
	for name != "" && pattern != "" && name != pattern {
		if strings.HasPrefix(path.Base(name), ".") && !strings.HasPrefix(path.Base(pattern), ".") {
			return true
		}
		name, pattern = parent(name), parent(pattern)
	}
	return false
}

// parent is the folder of a path, "" if it names none.
func parent(name string) string {
	folder, _ := path.Split(name)
	return strings.TrimRight(folder, "/")
}
