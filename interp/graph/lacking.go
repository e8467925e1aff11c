package graph

import (
	"fmt"
	"strings"
)

// A LackingError says that a form of files that a net is to be written in has no words for some of
// its operations: all of them, in the order of the net.
type LackingError struct {
	Net, Form string
	Steps     []Lacking
}

// A Lacking is a step that cannot be written: its path, and what there is no word for.
type Lacking struct{ Path, What string }

// mostLacking is how many steps a message names.
const mostLacking = 20

func (e *LackingError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s cannot be written as %s, which has no words for ", e.Net, e.Form)
	if len(e.Steps) == 1 {
		b.WriteString("one of its steps:")
	} else {
		fmt.Fprintf(&b, "%d of its steps:", len(e.Steps))
	}
	for i, s := range e.Steps {
		if i == mostLacking {
			fmt.Fprintf(&b, "\nand %d more", len(e.Steps)-i)
			break
		}
		if s.Path == "" { // the net itself
			b.WriteString("\n" + s.What)
			continue
		}
		fmt.Fprintf(&b, "\nstep %s: %s", s.Path, s.What)
	}
	return b.String()
}
