package main

import (
	"strings"
	"testing"

	"cnnlang/interp/train"
	"cnnlang/interp/train/events"
)

// Every hint comes after the epoch in which it is due, and no other.
func TestHintsOfTraining(t *testing.T) {
	number := func(v float64) *events.Number { n := events.Number(v); return &n }
	for _, c := range []struct {
		name   string
		losses []float64 // of validation, by epoch
		steps  func(i int) float64
		edit   func(e *events.Epoch)
		want   string // part of the hint
		at     int    // epoch, 0 for none
	}{
		{name: "rising", losses: []float64{3, 2, 2.1, 2.2, 2.3, 2.4}, want: "by heart", at: 5},
		{name: "rising twice", losses: []float64{3, 2, 2.1, 2.2, 2.1, 2.2}},
		{name: "not falling", losses: []float64{1}, steps: func(i int) float64 { return 1 + float64(i)/100 }, want: "--find-lr", at: 1},
		{name: "falling", losses: []float64{1}, steps: func(i int) float64 { return 1 - float64(i)/100 }},
		{name: "rising beside top-1", losses: []float64{3, 2, 2.1, 2.2, 2.3}, edit: func(e *events.Epoch) { e.ValTop1 = number(float64(e.Epoch) / 10) }},
		{name: "waiting", losses: []float64{3, 2, 1}, edit: func(e *events.Epoch) { e.Waiting, e.Seconds = 0.31, 6 }, want: "31 %", at: 2},
		{name: "waiting shortly", losses: []float64{3, 2}, edit: func(e *events.Epoch) { e.Waiting, e.Seconds = 0.31, 1 }},
		{name: "waiting a little", losses: []float64{3, 2}, edit: func(e *events.Epoch) { e.Waiting = 0.29 }},
		{name: "all right", losses: []float64{3, 2}, edit: func(e *events.Epoch) {
			if e.Epoch == 2 {
				e.ValTop1 = number(1)
			}
		}, want: "--group", at: 2},
	} {
		var h trainHints
		for i := range 20 {
			if c.steps != nil {
				h.stepped(train.Step{Step: i + 1, Epoch: 1, Loss: c.steps(i)})
			}
		}
		said := 0
		for i, loss := range c.losses {
			e := &events.Epoch{Epoch: i + 1, ValLoss: number(loss), ValTop1: number(0.9)}
			if c.edit != nil {
				c.edit(e)
			}
			if hints := h.epoch(e); len(hints) > 0 {
				if said = e.Epoch; len(hints) != 1 || !strings.Contains(hints[0], c.want) {
					t.Errorf("%s: %q", c.name, hints)
				}
			}
		}
		if said != c.at {
			t.Errorf("%s: hint after epoch %d, want %d", c.name, said, c.at)
		}
	}
}
