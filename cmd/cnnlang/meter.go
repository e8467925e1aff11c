package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"cnnlang/cmd/cnnlang/internal/download"
)

// A meter shows on a terminal how far a download has come, ten times a second.
type meter struct {
	app   *app
	name  string
	doing download.Doing
	began time.Time
	first int64 // how much was there when it began
	shown time.Time
}

func (m *meter) show(doing download.Doing, have, total int64) {
	now := time.Now()
	if m.began.IsZero() || doing != m.doing {
		m.doing, m.began, m.first = doing, now, have
	}
	if now.Sub(m.shown) < time.Second/10 && have != total {
		return
	}
	m.shown = now
	columns := 80
	if f, ok := m.app.stderr.(*os.File); ok {
		columns = terminalWidth(f)
	}
	verb := ""
	if doing == download.Hashing {
		verb = "checking "
	}
	m.app.progress("%s", progressLine(verb+m.name, have, total, float64(have-m.first)/now.Sub(m.began).Seconds(), columns))
}

// progressLine is a line of at most so many columns: a name, a bar, the share and the amount that
// is there, and at so many bytes per second how long the rest takes.
func progressLine(name string, have, total int64, speed float64, columns int) string {
	const mega = 1 << 20
	amount := fmt.Sprintf("%.1f MiB", float64(have)/mega)
	if total > 0 {
		amount = fmt.Sprintf("%3d %%  %.1f of %.1f MiB", int(float64(have)/float64(total)*100), float64(have)/mega, float64(total)/mega)
	}
	if speed > 0 && speed < 1<<50 {
		amount += fmt.Sprintf("  %.1f MiB/s", speed/mega)
		if left := float64(total-have) / speed; total > have && left < 360_000 {
			amount += fmt.Sprintf("  %v left", time.Duration(math.Ceil(left))*time.Second)
		}
	}
	line := amount
	if room := columns - 1 - len(amount) - len([]rune(name)) - 4; total > 0 && room >= 10 {
		room = min(room, 30)
		full := int(float64(have) / float64(total) * float64(room))
		line = name + "  " + strings.Repeat("█", full) + strings.Repeat("░", room-full) + "  " + amount
	} else if room >= 0 {
		line = name + "  " + amount
	}
	if runes := []rune(line); len(runes) > max(0, columns-1) {
		return string(runes[:max(0, columns-1)])
	}
	return line
}
