package main

import (
	"fmt"

	"cnnlang/interp/train"
	"cnnlang/interp/train/events"
)

// A trainHints looks for what goes wrong in a training, and says each thing once.
type trainHints struct {
	losses  []float64 // of the steps of the first epoch
	rising  int       // epochs in a row whose loss of validation was higher than the one before
	valLoss *events.Number
	best    events.Number // top-1 so far
	waited  bool          // that was said
}

// stepped takes in a step.
func (h *trainHints) stepped(s train.Step) {
	if s.Epoch == 1 {
		h.losses = append(h.losses, s.Loss)
	}
}

// epoch are the hints that are due after an epoch.
func (h *trainHints) epoch(e *events.Epoch) (hints []string) {
	if e.ValLoss != nil {
		better := e.ValTop1 != nil && *e.ValTop1 > h.best
		if better {
			h.best = *e.ValTop1
		}
		if h.valLoss != nil && *e.ValLoss > *h.valLoss && !better {
			h.rising++
		} else {
			h.rising = 0
		}
		h.valLoss = e.ValLoss
	}
	const (
		epochs   = 3
		waiting  = 0.3
		seconds  = 5  // of an epoch, below which nothing is to be gained
		fewSteps = 20 // are not enough to say whether the loss falls
	)
	if h.rising == epochs {
		hints = append(hints, "the loss of validation has risen for three epochs: the net learns these pictures by heart; more pictures, `augment` or `weight_decay` help, and `stop_after` ends in time")
	}
	if n := len(h.losses); e.Epoch == 1 && n >= fewSteps && mean(h.losses[n-n/5:]) >= mean(h.losses[:n/5]) {
		hints = append(hints, "the loss has not fallen in the first epoch: another rate may help, which `--find-lr` looks for")
	}
	if float64(e.Waiting) > waiting && float64(e.Seconds) > seconds && e.Epoch > 1 && !h.waited {
		h.waited = true
		hints = append(hints, fmt.Sprintf("%.0f %% of the time goes by waiting for pictures: smaller files are read faster, and with more `--max-memory` they stay in memory", 100*float64(e.Waiting)))
	}
	if e.ValTop1 != nil && *e.ValTop1 == 1 {
		hints = append(hints, "all pictures to check with are recognised: are some almost the same as those to learn from? `--group` keeps what belongs together on one side")
	}
	return hints
}

func mean(list []float64) (m float64) {
	for _, v := range list {
		m += v / float64(len(list))
	}
	return m
}
