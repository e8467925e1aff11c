package interp

import (
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"cnnlang/nets"
)

// A Family is the networks of one paper, which a file of nets has.
type Family struct {
	Name  string `json:"name"`  // that of the file: resnet, of nets/resnet.cnn
	Title string `json:"title"` // of the paper
	Year  int    `json:"year"`
	Doc   string `json:"doc"` // the comment of the file: title, authors, year, arXiv id
	// Nets are its networks, in the order of the text.
	Nets []FamilyNet `json:"nets"`
}

// A FamilyNet is a network of the library.
type FamilyNet struct {
	Name string `json:"name"`
	Doc  string `json:"doc"` // the comment above it, "" for none
}

// Families are the networks of the library by their papers: first those that nets.First names, then the others by
// their years. They are read from the first comment of each file and the lines that begin with the word net.
func Families() []Family { return slices.Clone(families()) }

var families = sync.OnceValue(func() (all []Family) {
	entries, err := fs.ReadDir(nets.FS, ".")
	if err != nil {
		panic("interp: the library is not readable: " + err.Error())
	}
	for _, e := range entries {
		text, err := fs.ReadFile(nets.FS, e.Name())
		if err != nil {
			panic("interp: the library is not readable: " + err.Error())
		}
		all = append(all, familyOf(strings.TrimSuffix(e.Name(), ".cnn"), string(text)))
	}
	var first []string
	for line := range strings.Lines(nets.First) {
		if !strings.HasPrefix(line, "#") {
			first = append(first, strings.TrimSpace(line))
		}
	}
	rank := func(f Family) int {
		if i := slices.Index(first, f.Name); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(all, func(a, b Family) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Year, b.Year), strings.Compare(a.Name, b.Name))
	})
	return all
})

// familyOf reads a file of nets by its lines.
func familyOf(name, text string) Family {
	f := Family{Name: name}
	var comment, head []string // the lines of comment above a line, the first such lines of the file
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if words, ok := strings.CutPrefix(line, "#"); ok {
			comment = append(comment, strings.TrimSpace(words))
			continue
		}
		if head == nil {
			head = comment
		}
		if net := netOfLine(line); net != "" {
			f.Nets = append(f.Nets, FamilyNet{net, strings.Join(comment, "\n")})
		}
		comment = nil
	}
	f.Title, f.Year = paperOf(head)
	f.Doc = strings.Join(head, "\n")
	return f
}

// netOfLine is the name of the net whose declaration begins with a line, "" for none.
func netOfLine(line string) string {
	rest, ok := strings.CutPrefix(line, "net ")
	if !ok {
		return ""
	}
	end := strings.IndexFunc(rest+" ", func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	return rest[:end]
}

// yearLine has the end of the authors, behind which a remark may stand.
var yearLine = regexp.MustCompile(`(?:^|, )((?:19|20)\d\d)(?:$|,)`)

// paperOf reads the first comment of a file of nets: a title, the authors and the year, each of which may go on in
// further lines. Authors begin with a whole name, and no title ends in a comma or in "and".
func paperOf(head []string) (title string, year int) {
	last := slices.IndexFunc(head, yearLine.MatchString)
	if last < 0 {
		return strings.Join(head[:min(1, len(head))], ""), 0
	}
	year, _ = strconv.Atoi(yearLine.FindStringSubmatch(head[last])[1])
	authors := last
	for authors > 1 && (!beginsWithName(head[authors]) || strings.HasSuffix(head[authors-1], ",") || strings.HasSuffix(head[authors-1], " and")) {
		authors--
	}
	return strings.Join(head[:authors], " "), year
}

// beginsWithName reports whether a line begins with two words or more, in capitals, before a comma or "and".
func beginsWithName(line string) bool {
	name, _, _ := strings.Cut(line, ",")
	name, _, _ = strings.Cut(name, " and ")
	initial, _ := utf8.DecodeRuneInString(name)
	return strings.Contains(name, " ") && unicode.IsUpper(initial)
}
