package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Layers are a network's least times: the sum, over its steps, of the least that
// each took in many runs of one image. A processor that is shared disturbs what takes
// longer than a few ms nearly always, but each step is undisturbed at some time, so
// this tells what two engines take on a machine that is quiet.
type layers struct {
	Net     string  `json:"net"`
	Engine  string  `json:"engine"`
	Threads int     `json:"threads"`
	Rounds  int     `json:"rounds"`
	Steps   int     `json:"steps"`
	Least   float64 `json:"least_ms"`
}

// leasts are the least times of steps, in ms, by whatever tells the steps apart.
type leasts map[string]float64

func (l leasts) see(step string, took float64) {
	if least, seen := l[step]; !seen || took < least {
		l[step] = took
	}
}

func (l leasts) sum() (total float64) {
	for _, took := range l {
		total += took
	}
	return total
}

// measureLayers profiles both engines in turns. Where there is no ONNX Runtime to
// compare with there is nothing to tell.
func (o *options) measureLayers(n *network, r *recorder) error {
	if o.layerRounds == 0 || o.old != nil || !o.compares(nameORT) {
		return nil
	}
	for _, threads := range o.threads {
		theirs, ours := leasts{}, leasts{}
		for round := range o.layerRounds {
			if _, err := o.idle.await(); err != nil {
				return err
			}
			if err := errors.Join(o.profileORT(n, threads, theirs), o.profileOurs(n, threads, ours)); err != nil {
				return err
			}
			o.progress("%s, threads %d: profile %d of %d", n.Net, threads, round+1, o.layerRounds)
		}
		err := errors.Join(r.add(record{Layers: &layers{n.Net, nameORT, threads, o.layerRounds, len(theirs), theirs.sum()}}),
			r.add(record{Layers: &layers{n.Net, nameOurs, threads, o.layerRounds, len(ours), ours.sum()}}))
		if err != nil {
			return err
		}
	}
	return nil
}

// profileOurs reads the steps of our own profile.
func (o *options) profileOurs(n *network, threads int, seen leasts) error {
	command := exec.Command(o.ours.path, "bench", n.Net, "--profile", "-o", "json", "--threads", strconv.Itoa(threads),
		"--weights", n.file(".safetensors"), "--time", o.layerTime.String())
	said := &tail{}
	command.Stderr = said
	text, err := command.Output()
	if err != nil {
		return fmt.Errorf("pairs: the profile of %s: %w: %s", n.Net, err, said)
	}
	var p profile
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("pairs: the profile of %s: %w", n.Net, err)
	}
	for _, result := range p.Results {
		for i, step := range result.Steps {
			seen.see(fmt.Sprint(i, " ", step.Algorithm), step.Best)
		}
	}
	return nil
}

// profileORT runs a worker that writes ONNX Runtime's own profile.
func (o *options) profileORT(n *network, threads int, seen leasts) error {
	folder, err := os.MkdirTemp(o.models, "profile")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	command := append(ortEngine(o).command(n, threads, 1), "--profile", filepath.Join(folder, "ort"))
	w, err := start("the profile of "+n.Net, command)
	if err != nil {
		return err
	}
	took, err := w.run(3)
	if err != nil {
		return err
	}
	if _, err := w.run(1 + int(milliseconds(o.layerTime)/median(took))); err != nil { // as long as ours takes
		return err
	}
	if err := w.quit(); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != 1 {
		return fmt.Errorf("pairs: ONNX Runtime wrote %d profiles of %s, want 1", len(files), n.Net)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	return seen.readORT(text)
}

// readORT reads the events of ONNX Runtime that are the kernel of a node, in µs.
func (l leasts) readORT(text []byte) error {
	var events []struct {
		Category string  `json:"cat"`
		Name     string  `json:"name"`
		Took     float64 `json:"dur"`
	}
	if err := json.Unmarshal(text, &events); err != nil {
		return fmt.Errorf("pairs: ONNX Runtime's profile: %w", err)
	}
	kernels := 0
	for _, e := range events {
		if name, ok := strings.CutSuffix(e.Name, "_kernel_time"); ok && e.Category == "Node" {
			kernels++
			l.see(name, e.Took/1e3)
		}
	}
	if kernels == 0 {
		return errors.New("pairs: ONNX Runtime's profile has no nodes")
	}
	return nil
}

// layersOf finds the least time of an engine, nil where there is none.
func (r *results) layersOf(net, engine string, threads int) *layers {
	for i, l := range r.layers {
		if l.Net == net && l.Engine == engine && l.Threads == threads {
			return &r.layers[i]
		}
	}
	return nil
}

// layerTable compares the least times.
func (r *results) layerTable() string {
	t := newTable("net", "threads:", "ONNX Runtime ms:", "cnnlang ms:", "ratio:", "ONNX Runtime's speed-up:", "cnnlang's:")
	rows := 0
	for _, ours := range r.layers {
		theirs := r.layersOf(ours.Net, nameORT, ours.Threads)
		if ours.Engine != nameOurs || theirs == nil {
			continue
		}
		rows++
		t.row(ours.Net, fmt.Sprint(ours.Threads), fmt.Sprintf("%.2f", theirs.Least), fmt.Sprintf("%.2f", ours.Least),
			fmt.Sprintf("**%.2f**", ours.Least/theirs.Least), r.leastSpeedUp(*theirs), r.leastSpeedUp(ours))
	}
	if rows == 0 {
		return "Not measured.\n"
	}
	return t.text.String()
}

// leastSpeedUp is over one thread, in words.
func (r *results) leastSpeedUp(l layers) string {
	one := r.layersOf(l.Net, l.Engine, 1)
	if one == nil || l.Threads == 1 {
		return ""
	}
	return fmt.Sprintf("%.2f", one.Least/l.Least)
}

// leastTimes are the ratios of least times of some nets.
func leastTimes(nets ...string) func(*results) []figure {
	return func(r *results) (list []figure) {
		for _, net := range nets {
			for _, ours := range r.layers {
				theirs := r.layersOf(net, nameORT, ours.Threads)
				if ours.Net == net && ours.Engine == nameOurs && theirs != nil {
					list = append(list, figure{ours.Least / theirs.Least, fmt.Sprintf("%s, threads %d", net, ours.Threads)})
				}
			}
		}
		return list
	}
}

// leastSpeedUps are those of all nets by a second thread.
func leastSpeedUps(r *results) (list []figure) {
	for _, two := range r.layers {
		one := r.layersOf(two.Net, two.Engine, 1)
		if two.Engine == nameOurs && two.Threads == 2 && one != nil {
			list = append(list, figure{one.Least / two.Least, two.Net})
		}
	}
	return list
}
