package main

import (
	"fmt"
	"math"
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
	columns := m.app.columns()
	verb := ""
	if doing == download.Hashing {
		verb = "checking "
	}
	m.app.progress("%s", progressLine(verb+m.name, have, total, float64(have-m.first)/now.Sub(m.began).Seconds(), inMebibytes, columns))
}

// A counter shows how many images are done, in the same way.
type counter struct {
	app          *app
	name         string
	total        int // 0 if it is not known
	began, shown time.Time
}

func (c *counter) show(done int) {
	now := time.Now()
	if now.Sub(c.shown) < time.Second/10 {
		return
	}
	c.shown = now
	c.app.progress("%s", progressLine(c.name, int64(done), int64(c.total), float64(done)/now.Sub(c.began).Seconds(), inImages, c.app.columns()))
}

// sum says how long all took.
func (c *counter) sum(done int) string {
	took := time.Since(c.began)
	return fmt.Sprintf("%s in %.1f s, %.1f a second", inImages.of(int64(done)), took.Seconds(), float64(done)/took.Seconds())
}

// A unit is what progress is counted in.
type unit struct {
	size   float64
	digits int // after the point
	name   string
}

var (
	inMebibytes = unit{1 << 20, 1, "MiB"}
	inImages    = unit{1, 0, "images"}
)

// of is an amount.
func (u unit) of(n int64) string {
	text := fmt.Sprintf("%.*f %s", u.digits, float64(n)/u.size, u.name)
	if text == "1 images" {
		return "1 image"
	}
	return text
}

// progressLine is a line of at most so many columns: a name, a bar, the share and the amount that
// is there, and at so much per second how long the rest takes.
func progressLine(name string, have, total int64, speed float64, u unit, columns int) string {
	amount := u.of(have)
	if total > 0 {
		amount = fmt.Sprintf("%3d %%  %.*f of %.*f %s", int(float64(have)/float64(total)*100), u.digits, float64(have)/u.size, u.digits, float64(total)/u.size, u.name)
	}
	if speed > 0 && speed < 1<<50 {
		amount += fmt.Sprintf("  %.1f %s/s", speed/u.size, u.name)
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
