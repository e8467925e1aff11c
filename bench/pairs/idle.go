package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Ticks are what the processors have done since the machine started, in units of
// the kernel.
type ticks struct{ busy, total uint64 }

// A patience is how idle the rest of the machine must be, and how long to wait
// for that.
type patience struct {
	limit  float64 // the share of all processors that may be busy
	most   time.Duration
	sample time.Duration // how long one look takes
}

// await waits until the machine is idle enough and returns how busy it was when
// it last looked.
func (p patience) await() (busy float64, err error) {
	for end := time.Now().Add(p.most); ; {
		before, err := machineTicks()
		if err != nil {
			return 0, err
		}
		time.Sleep(p.sample)
		after, err := machineTicks()
		if err != nil {
			return 0, err
		}
		busy = after.since(before).share()
		if busy <= p.limit || time.Now().After(end) {
			return busy, nil
		}
	}
}

func (t ticks) since(before ticks) ticks { return ticks{t.busy - before.busy, t.total - before.total} }

func (t ticks) share() float64 {
	if t.total == 0 {
		return 0
	}
	return float64(t.busy) / float64(t.total)
}

func machineTicks() (ticks, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return ticks{}, fmt.Errorf("pairs: whether the machine is idle is known on Linux only: %w", err)
	}
	return parseMachine(string(text))
}

// parseMachine reads the first line of /proc/stat: cpu, then user, nice, system,
// idle, waiting, interrupts, soft interrupts and stolen. Guests are in user.
func parseMachine(text string) (t ticks, err error) {
	line, _, _ := strings.Cut(text, "\n")
	words := strings.Fields(line)
	if len(words) < 9 || words[0] != "cpu" {
		return t, fmt.Errorf("pairs: the system's statistics begin %.40q", text)
	}
	for i, word := range words[1:9] {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return t, err
		}
		t.total += n
		if i != 3 && i != 4 {
			t.busy += n
		}
	}
	return t, nil
}

// processTicks is what one process has used.
func processTicks(process int) (uint64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		return 0, err
	}
	return parseProcess(string(text))
}

// parseProcess reads fields 14 and 15 of /proc/PID/stat, user and system. The
// second field is a name in parentheses that may hold anything.
func parseProcess(text string) (uint64, error) {
	words := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(words) < 13 {
		return 0, errors.New("pairs: the system's statistics of a process are too short")
	}
	user, err := strconv.ParseUint(words[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseUint(words[12], 10, 64)
	return user + system, err
}
