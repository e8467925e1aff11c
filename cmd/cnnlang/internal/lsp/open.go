package lsp

import (
	"context"
	"time"

	"cnnlang/interp/editor"
)

// A text is one that is open, with what is known of it.
type text struct {
	doc  *document
	view *editor.View
}

// all are the texts that are open, when what their names mean is known; whole says that it is of all of them.
func (t *texts) all(ctx context.Context) (list []text, whole bool) {
	t.mutex.Lock()
	var states []*state
	for _, st := range t.open_ {
		states = append(states, st)
	}
	t.mutex.Unlock()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	whole = true
	for _, st := range states {
		if whole {
			select {
			case <-st.reached[named]:
			case <-limit.C:
				whole = false
			case <-ctx.Done():
				return nil, false
			}
		}
		t.mutex.Lock()
		if st.view != nil && !st.old {
			list = append(list, text{&st.doc, st.view})
		} else {
			whole = whole && st.err != nil
		}
		t.mutex.Unlock()
	}
	return list, whole
}
