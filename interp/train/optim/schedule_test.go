package optim

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp/train/recipe"
)

// schedule is that of a run's text, where an epoch is a step; false for runs of something else.
func (r *run) schedule(t testing.TB) (recipe.Schedule, float64, bool) {
	t.Helper()
	if !strings.HasPrefix(r.Name, "schedule_") {
		return recipe.Schedule{}, 0, false
	}
	s := r.settings(t)
	kind, _, _ := strings.Cut(strings.FieldsFunc(r.Text, func(c rune) bool { return c == '(' || c == ',' })[0], " ")
	sched := recipe.Schedule{Kind: recipe.ScheduleKind(kind), Every: s["every"], Factor: s["factor"],
		Smooth: s["smooth"] == 1, Floor: s["floor"], Power: s["power"], Rise: s["rise"]}
	if list := regexp.MustCompile(`at=\[(.*?)\]`).FindStringSubmatch(r.Text); list != nil {
		for _, n := range strings.Split(list[1], ", ") {
			at, err := strconv.ParseFloat(n, 64)
			if err != nil {
				t.Fatal(err)
			}
			sched.At = append(sched.At, at)
		}
	}
	return sched, s["warmup"], true
}

// rates are those of a recipe for so many epochs of so many steps.
func rates(sched recipe.Schedule, warmup float64, epochs, perEpoch int) []float64 {
	s := NewSchedule(&recipe.Recipe{Schedule: sched, Warmup: warmup, Epochs: epochs}, perEpoch)
	var all []float64
	for t := range epochs * perEpoch {
		all = append(all, s.Share(t))
	}
	return all
}

func TestSchedules(t *testing.T) {
	compared := 0
	for _, r := range readReference(t).Cases {
		sched, warmup, ok := r.schedule(t)
		if !ok {
			continue
		}
		s := NewSchedule(&recipe.Recipe{Schedule: sched, Warmup: warmup, Epochs: 10}, 1)
		if strings.Contains(r.Text, "from 0") && !strings.Contains(r.Text, "from 0.01") {
			s.from = 0
		}
		for i, want := range r.LR {
			if got := 0.1 * s.Share(i); math.Abs(got-want) > 1e-14 {
				t.Errorf("%s, step %d: got %.15g, want %.15g", r.Name, i, got, want)
			}
		}
		compared++
	}
	if compared != 12 {
		t.Errorf("compared %d schedules, want 12", compared)
	}
}

// One epoch of ten steps is scheduled as ten epochs of one step if all times are a tenth.
func TestTimesAreInEpochs(t *testing.T) {
	for _, r := range readReference(t).Cases {
		sched, warmup, ok := r.schedule(t)
		if !ok {
			continue
		}
		want := rates(sched, warmup, 10, 1)
		sched.Every /= 10
		for i := range sched.At {
			sched.At[i] /= 10
		}
		for i, got := range rates(sched, warmup/10, 1, 10) {
			if math.Abs(got-want[i]) > 1e-14 {
				t.Errorf("%s, step %d: got %.15g, want %.15g", r.Name, i, got, want[i])
			}
		}
	}
}

// The stairs of every third of an epoch come with the first step at or after each.
func TestStairsBetweenSteps(t *testing.T) {
	got := rates(recipe.Schedule{Kind: recipe.Step, Every: 1.0 / 3, Factor: 0.5}, 0, 1, 10)
	for i, want := range []float64{1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25} { // stairs at steps 3.33 and 6.67
		if got[i] != want {
			t.Errorf("step %d: got %g, want %g", i, got[i], want)
		}
	}
}

func TestSharesStayBetween0And1(t *testing.T) {
	kinds := []recipe.Schedule{
		{Kind: recipe.Constant}, {Kind: recipe.Step, Every: 2, Factor: 0.1}, {Kind: recipe.Step, At: []float64{0, 3}, Factor: 0.1},
		{Kind: recipe.Exponential, Every: 0.7, Factor: 0.9}, {Kind: recipe.Exponential, Every: 0.7, Factor: 0.9, Smooth: true},
		{Kind: recipe.Cosine}, {Kind: recipe.Cosine, Floor: 0.2}, {Kind: recipe.Linear}, {Kind: recipe.Poly, Power: 0.5},
		{Kind: recipe.OneCycle, Rise: 0}, {Kind: recipe.OneCycle, Rise: 0.3}, {Kind: recipe.OneCycle, Rise: 1},
	}
	for _, sched := range kinds {
		for _, warmup := range []float64{0, 0.3, 1, 4, 5, 9} {
			for _, perEpoch := range []int{1, 2, 7} {
				s := NewSchedule(&recipe.Recipe{Schedule: sched, Warmup: warmup, Epochs: 5}, perEpoch)
				for step := range 6 * perEpoch { // past the end, too
					if v := s.Share(step); !(v >= 0 && v <= 1) {
						t.Errorf("%+v, warm-up %g, %d steps an epoch, step %d: got %g", sched, warmup, perEpoch, step, v)
					}
				}
			}
		}
	}
}

func TestAWarmUpBeginsAtAHundredth(t *testing.T) {
	s := NewSchedule(&recipe.Recipe{Schedule: recipe.Schedule{Kind: recipe.Constant}, Warmup: 2, Epochs: 5}, 4)
	for step, want := range []float64{0.01, 0.01 + 0.99/8, 0.01 + 0.99*2/8, 0.01 + 0.99*3/8, 0.01 + 0.99*4/8, 0.01 + 0.99*5/8, 0.01 + 0.99*6/8, 0.01 + 0.99*7/8, 1, 1} {
		if got := s.Share(step); math.Abs(got-want) > 1e-15 {
			t.Errorf("step %d: got %g, want %g", step, got, want)
		}
	}
}

// What follows a warm-up is the whole curve of a training without it.
func TestCurvesBeginAfterTheWarmUp(t *testing.T) {
	for _, sched := range []recipe.Schedule{{Kind: recipe.Cosine, Floor: 0.1}, {Kind: recipe.Linear}, {Kind: recipe.Poly, Power: 2}, {Kind: recipe.OneCycle, Rise: 0.4}} {
		want := rates(sched, 0, 6, 5)
		for i, got := range rates(sched, 2, 8, 5)[2*5:] {
			if math.Abs(got-want[i]) > 1e-15 {
				t.Errorf("%s, step %d after the warm-up: got %g, want %g", sched.Kind, i, got, want[i])
			}
		}
	}
}

func TestAOneCycleStaysAtItsEnd(t *testing.T) {
	s := NewSchedule(&recipe.Recipe{Schedule: recipe.Schedule{Kind: recipe.OneCycle, Rise: 0.3}, Epochs: 3}, 4)
	for step := 11; step < 20; step++ {
		if got := s.Share(step); math.Abs(got-1.0/250_000) > 1e-20 {
			t.Errorf("step %d: got %.17g, want 1/250000", step, got)
		}
	}
}
