package main

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

var (
	kills = flag.Int("kills", 6, "at how many random instants a training is killed")
	soak  = flag.Duration("soak", 0, "for about how long a training is interrupted and goes on")
)

// A trainee is a training as a child process, cut off and gone on with until it is done.
type trainee struct {
	folder  string
	args    []string
	threads int // of the next run; it changes with each
}

// run runs it until it ends or, after so long, a signal ends it; it reports whether it was done, and its exit code.
func (c *trainee) run(t *testing.T, after time.Duration, s syscall.Signal) (done bool, code int, text string) {
	t.Helper()
	out := filepath.Join(c.folder, "out.safetensors")
	args := append([]string{"train", "--output", "out.safetensors", "--threads", strconv.Itoa(c.threads%4 + 1)}, c.args...)
	if _, err := os.Stat(out + ".state"); err == nil {
		args = append(args[:5:5], "--resume")
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	} else if err := os.Remove(out); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err) // written by an epoch whose state was not
	}
	c.threads++
	cmd, stderr := command(t, c.folder, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Signal(s) })
	err := cmd.Wait()
	timer.Stop()
	return err == nil, codeOf(t, err), stderr.String()
}

// straight is the result of the training that is not cut off, and how long it takes.
func straight(t *testing.T, folder string, args ...string) ([]byte, time.Duration) {
	t.Helper()
	began := time.Now()
	cmd, stderr := commandFor(t, time.Minute+2**soak, folder, append([]string{"train", "--output", "straight.safetensors"}, args...)...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	took := time.Since(began)
	file := filepath.Join(folder, "straight.safetensors")
	want, err := os.ReadFile(file)
	if err == nil {
		err = errors.Join(os.Remove(file), os.Remove(file+".state"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return want, took
}

func (c *trainee) same(t *testing.T, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(c.folder, "out.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the result has other bits than that of a training that was not cut off")
	}
	if err := errors.Join(os.Remove(filepath.Join(c.folder, "out.safetensors")), os.Remove(filepath.Join(c.folder, "out.safetensors.state"))); err != nil {
		t.Fatal(err)
	}
}

// TestKilledTrainingsGoOn: a training that is killed at random instants, and goes on each time on another number of threads, has the
// result of one that is not, bit for bit; so for one that begins with weights, and first learns its head.
func TestKilledTrainingsGoOn(t *testing.T) {
	folder := trainFolder(t, 30)
	trainings := [][]string{
		{"tiny.cnn", "--data", "tex", "--seed", "3"},
		{"tiny.cnn", "--data", "tex", "--weights", "first.safetensors", "--train", "ema = 0.9", "--epochs", "5"},
	}
	killed := 0
	for round := range trainings {
		args := trainings[round]
		want, took := straight(t, folder, args...)
		if round == 0 {
			if err := os.WriteFile(filepath.Join(folder, "first.safetensors"), want, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		for killed < *kills*(round+1)/len(trainings) {
			c := &trainee{folder: folder, args: args}
			for done := false; !done; {
				after := time.Duration(rand.Int64N(int64(took)))
				if killed >= *kills*(round+1)/len(trainings) {
					after = time.Minute
				}
				var code int
				var text string
				if done, code, text = c.run(t, after, syscall.SIGKILL); !done {
					if killed++; code != -1 {
						t.Fatalf("exit code %d\n%s", code, text)
					}
				}
			}
			c.same(t, want)
		}
	}
}

// TestInterruptedTrainingsGoOn: Ctrl-C and SIGTERM end a training after its step, with the command to go on.
func TestInterruptedTrainingsGoOn(t *testing.T) {
	folder := trainFolder(t, 30)
	args := []string{"tiny.cnn", "--data", "tex", "--epochs", "40"}
	want, took := straight(t, folder, args...)
	c := &trainee{folder: folder, args: args}
	signals := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGINT}
	for i := 0; ; i++ {
		after, s := took/5, syscall.SIGKILL
		if i < len(signals) {
			s = signals[i]
		} else {
			after = time.Minute
		}
		done, code, text := c.run(t, after, s)
		if done {
			break
		}
		if code != 128+int(s) {
			t.Errorf("%v: exit code %d\n%s", s, code, text)
		}
		if _, err := os.Stat(filepath.Join(folder, "out.safetensors.state")); err == nil && !bytes.Contains([]byte(text), []byte("`cnnlang train --output out.safetensors --resume` goes on")) {
			t.Errorf("%v: %s", s, text)
		}
	}
	c.same(t, want)
}

// TestSoak: for as long as a flag says, a training is interrupted every few seconds and goes on with another number of threads; it ends with
// the bits of one that is not.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("takes as long as one likes: -soak 1h; TestKilledTrainingsGoOn is its short form")
	}
	folder := trainFolder(t, 100)
	args := []string{"tiny.cnn", "--data", "tex", "--epochs", "10"}
	_, took := straight(t, folder, args...)
	args[len(args)-1] = strconv.Itoa(max(10, int(10**soak/2/took)))
	want, _ := straight(t, folder, args...)
	c := &trainee{folder: folder, args: args}
	for {
		done, code, text := c.run(t, 10*time.Second, syscall.SIGINT)
		if done {
			break
		}
		if code != exitInterrupted {
			t.Fatalf("exit code %d\n%s", code, text)
		}
	}
	c.same(t, want)
}
