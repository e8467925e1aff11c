package diag

import "strings"

// Meant is the nearest candidate where no other can be meant just as well: "" where two
// are as near, where numbers make the difference (conv1 is no slip of conv2), and where
// so few letters are left that any other name is near.
func Meant(got string, candidates []string) string {
	near, alone := nearest(got, candidates)
	return evident(got, near, alone)
}

func evident(got, near string, alone bool) string {
	switch {
	case near == "" || digitless(near) == digitless(got):
		return ""
	case strings.EqualFold(near, got) || alone && len(got) >= leastMeant:
		return near
	}
	return ""
}

// leastMeant is how many letters a word must have to be taken for another one.
const leastMeant = 3

func digitless(name string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, name)
}

// DidYouMean helps with the nearest candidate, which it writes in place of the span of
// the diagnostic where no other can be meant; it reports whether there is one.
func (d *Diagnostic) DidYouMean(got string, candidates []string) bool {
	near, alone := nearest(got, candidates)
	if near == "" {
		return false
	}
	d.WithHelp("did you mean `%s`?", near)
	if evident(got, near, alone) == near {
		d.Write(near)
	}
	return true
}
