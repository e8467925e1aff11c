package diag

import "strings"

// Meant is the nearest candidate if it is the only one that can be meant: "" if two are
// equally near, if numbers make the difference (conv1 is not a misspelt conv2), and if
// there are so few letters that any other name is near.
func Meant(got string, candidates []string) string {
	near, alone := nearest(got, candidates)
	if evident(got, near, alone) {
		return near
	}
	return ""
}

func evident(got, near string, alone bool) bool {
	return near != "" && digitless(near) != digitless(got) &&
		(strings.EqualFold(near, got) || alone && len(got) >= leastMeant)
}

// leastMeant is how many letters a word must have to be taken for a misspelt one.
const leastMeant = 3

func digitless(name string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, name)
}

// DidYouMean suggests the nearest candidate, and corrects the span of the diagnostic to it
// if no other can be meant; it reports whether there is one.
func (d *Diagnostic) DidYouMean(got string, candidates []string) bool {
	near, alone := nearest(got, candidates)
	if near == "" {
		return false
	}
	d.WithHelp("did you mean `%s`?", near)
	if evident(got, near, alone) {
		d.Write(near)
	}
	return true
}
