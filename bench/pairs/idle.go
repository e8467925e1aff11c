package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// A patience says how idle the machine must be, and how long to wait for that.
type patience struct {
	limit  float64 // the share of all processors that may be busy
	most   time.Duration
	sample time.Duration // the length of a sample
}

// await waits until the machine is idle enough and returns how busy it was.
func (p patience) await() (busy float64, err error) {
	for end := time.Now().Add(p.most); ; {
		busy, err = p.look()
		if err != nil || busy <= p.limit || time.Now().After(end) {
			return busy, err
		}
	}
}

// look is the share of all processors that are busy, while no worker is at work.
func (p patience) look() (float64, error) {
	before, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("pairs: whether the machine is idle is known on Linux only: %w", err)
	}
	time.Sleep(p.sample)
	after, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return busyBetween(string(before), string(after))
}

// busyBetween compares the first lines of /proc/stat at two moments: cpu, then user,
// nice, system, idle, waiting, interrupts, soft interrupts and stolen, in ticks since
// the machine started. Guests are in user.
func busyBetween(before, after string) (float64, error) {
	var t [2][8]float64
	for i, text := range []string{before, after} {
		_, err := fmt.Sscanf(text, "cpu %g %g %g %g %g %g %g %g", &t[i][0], &t[i][1], &t[i][2], &t[i][3], &t[i][4], &t[i][5], &t[i][6], &t[i][7])
		if err != nil {
			line, _, _ := strings.Cut(text, "\n")
			return 0, fmt.Errorf("pairs: the system's statistics begin %.40q: %w", line, err)
		}
	}
	busy, total := 0.0, 0.0
	for i := range t[0] {
		d := t[1][i] - t[0][i]
		total += d
		if i != 3 && i != 4 {
			busy += d
		}
	}
	return busy / max(1, total), nil
}
