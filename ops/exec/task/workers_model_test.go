package task_test

import (
	"fmt"
	"testing"
)

// A model of Workers: the caller and its helpers as machines that do one atomic operation at a time, in any order. All
// states that they can reach are visited, so that what holds in each of them holds for every interleaving. That they do
// what workers.go does TestModelFollowsTheSource checks.

const (
	modelHelpers = 2
	modelTasks   = 3
)

// modelParts is how many parts each task has: the second wakes only the first helper.
var modelParts = [modelTasks]int8{3, 2, 3}

// Where a machine is: before the operation that the name says.
type at int8

const (
	// Of the caller: run, wakeAll, work, finish, Close.
	atPublish at = iota
	atOpen
	atTestSleep
	atSendWake
	atTakePart
	atDoPart
	atShut
	atPollCount
	atSayWaiting
	atReceiveOver
	atUnsayWaiting
	atEnd
	atEnded
	// Of a helper: await, park, join, work, leave.
	atPoll
	atSayAsleep
	atPollAgain
	atUnsayAsleep
	atReceiveWake
	atJoin
	atReload
	atLeave
	atSendOver
)

// A modelState is the shared words and where every machine is; it is comparable, so that visited ones are known.
type modelState struct {
	task           int8 // the number in Workers.state
	open, waiting  bool
	end            bool
	count          int8
	next           int8
	over           int8 // tokens
	done           [modelTasks][3]int8
	caller         at
	callerPart     int8
	waking, toWake int8
	helpers        [modelHelpers]modelHelper
}

type modelHelper struct {
	at     at
	asleep bool
	wake   int8 // tokens
	seen   int8
	part   int8
	// The copy of Workers.state that it decides by.
	task, count int8
	open, end   bool
}

// A fault is a way to build Workers wrongly, to see that the model would tell.
type fault int

const (
	noFault      fault = iota
	checksFirst        // park looks for work before it says that it sleeps
	wakesFirst         // helpers are woken before the task is open
	joinsBlindly       // a helper counts itself in whatever the state has become
	neverWakes         // the last helper does not wake the caller
	keepsToken         // park leaves without taking back that it sleeps
	staysOpen          // the task is not closed before the caller looks at the count
)

// number is what helpers compare: Close changes it, too.
func (s *modelState) number() int8 {
	if s.end {
		return s.task + 100
	}
	return s.task
}

// beginModel is the state before the first run.
func beginModel() (s modelState) {
	for i := range s.helpers {
		s.helpers[i].at = atPoll
	}
	return s
}

// partsOf is how many parts the current task has; tasks count from 1.
func (s *modelState) partsOf() int8 { return modelParts[s.task-1] }

// do marks a part as done.
func (s *modelState) do(part int8) error {
	done := &s.done[s.task-1][part]
	if *done++; *done > 1 {
		return fmt.Errorf("part %d of task %d is done twice", part, s.task)
	}
	return nil
}

// callerSteps are the states after one operation of the caller; none if it has to wait.
func (s modelState) callerSteps(f fault) (after []modelState, err error) {
	switch s.caller {
	case atPublish: // w.task, w.parts, w.next: nobody may be reading them
		for i, h := range s.helpers {
			if h.at == atTakePart || h.at == atDoPart || h.at == atLeave {
				return nil, fmt.Errorf("a task is published while helper %d works", i)
			}
		}
		s.next, s.caller = 0, atOpen
		if f == wakesFirst {
			s.waking, s.toWake, s.caller = 0, min(modelHelpers, modelParts[s.task]-1), atTestSleep
		}
	case atOpen:
		s.task, s.open = s.task+1, true
		s.waking, s.toWake, s.caller = 0, min(modelHelpers, s.partsOf()-1), atTestSleep
		if f == wakesFirst {
			s.caller = atTakePart
		}
	case atTestSleep:
		h := &s.helpers[s.waking]
		if h.asleep {
			h.asleep, s.caller = false, atSendWake
		} else {
			s.woken(f)
		}
	case atSendWake:
		if s.helpers[s.waking].wake > 0 {
			return nil, fmt.Errorf("helper %d is sent a second token", s.waking)
		}
		s.helpers[s.waking].wake++
		s.woken(f)
	case atTakePart:
		s.callerPart, s.next = s.next, s.next+1
		s.caller = atDoPart
		if s.callerPart >= s.partsOf() {
			s.caller = atShut
		}
	case atDoPart:
		s.caller, err = atTakePart, s.do(s.callerPart)
	case atShut:
		s.open = f == staysOpen
		if s.caller = atPollCount; s.count == 0 {
			return s.finished()
		}
	case atPollCount:
		if s.count == 0 {
			return s.finished()
		}
		after = append(after, s)
		s.caller = atSayWaiting // its time is over
	case atSayWaiting:
		s.waiting, s.caller = true, atReceiveOver
		if s.count == 0 {
			s.caller = atUnsayWaiting
		}
	case atReceiveOver:
		if s.over == 0 {
			return nil, nil
		}
		s.over, s.caller = s.over-1, atUnsayWaiting
	case atUnsayWaiting:
		s.waiting = false
		return s.finished()
	case atEnd:
		s.end, s.waking, s.toWake, s.caller = true, 0, modelHelpers, atTestSleep
	case atEnded:
		return nil, nil
	}
	return append(after, s), err
}

// woken goes on to the next helper to be woken.
func (s *modelState) woken(f fault) {
	s.caller = atTestSleep
	if s.waking++; s.waking < s.toWake {
		return
	}
	switch {
	case s.end:
		s.caller = atEnded
	case f == wakesFirst:
		s.caller = atOpen
	default:
		s.caller = atTakePart
	}
}

// finished ends a task: all of its parts are done, once, and nobody works on it.
func (s modelState) finished() ([]modelState, error) {
	for part := range s.partsOf() {
		if s.done[s.task-1][part] != 1 {
			return nil, fmt.Errorf("task %d ends before part %d is done", s.task, part)
		}
	}
	if s.over > 0 {
		return nil, fmt.Errorf("task %d leaves a token behind", s.task)
	}
	s.caller = atPublish
	if s.task == modelTasks {
		s.caller = atEnd
	}
	return []modelState{s}, nil
}

// helperSteps are the states after one operation of helper i; none if it has to wait.
func (s modelState) helperSteps(i int, f fault) (after []modelState, err error) {
	h := &s.helpers[i]
	switch h.at {
	case atEnded:
		return nil, nil
	case atReceiveWake:
		if h.wake == 0 {
			return nil, nil
		}
		h.wake, h.at = h.wake-1, atPoll
	case atPoll, atSayAsleep, atPollAgain, atUnsayAsleep:
		s.idle(h, f)
	case atJoin, atReload:
		s.join(h, f)
	case atTakePart:
		h.part, s.next = s.next, s.next+1
		if h.at = atDoPart; h.part >= s.partsOf() {
			h.at = atLeave
		}
	case atDoPart:
		h.at, err = atTakePart, s.do(h.part)
	case atLeave:
		s.count--
		if h.at = atPoll; s.waiting && s.count == 0 && f != neverWakes {
			h.at = atSendOver
		}
	case atSendOver:
		if s.over > 0 {
			return nil, fmt.Errorf("the caller is sent a second token")
		}
		s.over, h.at = s.over+1, atPoll
	}
	if h.at == atPoll { // what no operation will read any more is the same in all states
		h.task, h.count, h.open, h.end, h.part = 0, 0, false, false, 0
	}
	return append(after, s), err
}

// load copies Workers.state for a helper.
func (s *modelState) load(h *modelHelper) {
	h.task, h.count, h.open, h.end = s.number(), s.count, s.open, s.end
}

// idle is an operation of await or park.
func (s *modelState) idle(h *modelHelper, f fault) {
	switch h.at {
	case atPoll:
		if s.number() != h.seen {
			s.load(h)
			h.decide()
			return
		}
		h.at = atSayAsleep // its time is over; that it polls again changes nothing
		if f == checksFirst {
			h.at = atPollAgain
		}
	case atSayAsleep:
		h.asleep, h.at = true, atPollAgain
		if f == checksFirst {
			h.at = atReceiveWake
		}
	case atPollAgain:
		switch {
		case s.number() != h.seen && f == keepsToken:
			h.at = atPoll
		case s.number() != h.seen:
			h.at = atUnsayAsleep
		case f == checksFirst:
			h.at = atSayAsleep
		default:
			h.at = atReceiveWake
		}
	case atUnsayAsleep:
		if h.at = atReceiveWake; h.asleep {
			h.asleep, h.at = false, atPoll
		}
	}
}

// join is an operation of the method.
func (s *modelState) join(h *modelHelper, f fault) {
	if h.at == atReload {
		task := h.task
		s.load(h)
		if h.at = atJoin; !h.open || h.task != task {
			h.at = atPoll
		}
		return
	}
	same := s.number() == h.task && s.count == h.count && s.open == h.open && s.end == h.end
	if h.at = atReload; same || f == joinsBlindly {
		s.count, h.at = s.count+1, atTakePart
	}
}

// decide is what help does with the state that await returns.
func (h *modelHelper) decide() {
	switch h.seen = h.task; {
	case h.end:
		h.at = atEnded
	case h.open:
		h.at = atJoin
	default:
		h.at = atPoll
	}
}

// sound is what has to hold in every state: no helper that was to be woken for a task sleeps without having seen it.
func (s *modelState) sound() error {
	for i, h := range s.helpers {
		woken := s.task > 0 && s.open && s.caller >= atTakePart && int8(i) < s.toWake || s.caller == atEnded
		if woken && h.at == atReceiveWake && h.wake == 0 && h.seen != s.number() {
			return fmt.Errorf("helper %d sleeps through task %d", i, s.task)
		}
	}
	return nil
}

// ended reports whether all machines have come to their end.
func (s *modelState) ended() bool {
	for _, h := range s.helpers {
		if h.at != atEnded {
			return false
		}
	}
	return s.caller == atEnded
}

// explore visits every state; the error is that of one that must not be.
func explore(f fault) (visited int, err error) {
	first := beginModel()
	numbers := map[modelState]int{first: 0}
	list := []modelState{first}
	var before [][]int // by state, those from which it is reached
	for n := 0; n < len(list); n++ {
		s := list[n]
		if err := s.sound(); err != nil {
			return n, err
		}
		steps, err := s.callerSteps(f)
		for i := 0; i < modelHelpers && err == nil; i++ {
			var more []modelState
			more, err = s.helperSteps(i, f)
			steps = append(steps, more...)
		}
		if err != nil {
			return n, err
		}
		for _, next := range steps {
			to, known := numbers[next]
			if !known {
				to = len(list)
				numbers[next], list = to, append(list, next)
			}
			for len(before) <= to {
				before = append(before, nil)
			}
			before[to] = append(before[to], n)
		}
	}
	return len(list), canEnd(list, before)
}

// canEnd reports whether from every state all can come to an end: nobody waits for ever.
func canEnd(list []modelState, before [][]int) error {
	can, queue := make([]bool, len(list)), []int{}
	for n := range list {
		if list[n].ended() {
			can[n], queue = true, append(queue, n)
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, m := range before[n] {
			if !can[m] {
				can[m], queue = true, append(queue, m)
			}
		}
	}
	for n, ok := range can {
		if !ok {
			return fmt.Errorf("no end from %+v", list[n])
		}
	}
	return nil
}

func TestEveryInterleavingOfWorkers(t *testing.T) {
	visited, err := explore(noFault)
	if err != nil {
		t.Errorf("after %d states: %v", visited, err)
	}
	t.Logf("%d states", visited)
	for _, f := range []fault{checksFirst, wakesFirst, joinsBlindly, neverWakes, keepsToken, staysOpen} {
		visited, err := explore(f)
		t.Logf("fault %d: %d states: %v", f, visited, err)
		if err == nil {
			t.Errorf("fault %d is not found", f)
		}
	}
}
