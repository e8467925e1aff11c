package optim

import (
	"fmt"
	"sort"
	"testing"
)

// ulp is that of float32, as a share of a number.
const ulp = 1.0 / (1 << 23)

// Each setting of each rule shows in the runs: one that is off by a float32's ulp, or has the
// other sign, is noticed in one of them.
func TestEverySettingShows(t *testing.T) {
	noticed := map[string]bool{}
	for _, r := range readReference(t).Cases {
		s := r.settings(t)
		rule := ruleOf(s)
		for _, name := range numbers(s) {
			for change, factor := range map[string]float64{"an ulp off": 1 + ulp, "of the other sign": -1} {
				off := settings{}
				for k, v := range s {
					off[k] = v
				}
				if off[name] *= factor; name == "lr" {
					off["lr_off"] = factor - 1
				}
				key := fmt.Sprintf("%s: %s %s", rule, name, change)
				noticed[key] = noticed[key] || r.off(t, follow[float64](r, off, whole)) > exact
			}
		}
	}
	var all []string
	for key := range noticed {
		all = append(all, key)
	}
	sort.Strings(all)
	for _, key := range all {
		if !noticed[key] {
			t.Errorf("not noticed: %s", key)
		}
	}
	const least = 40
	if len(all) < least {
		t.Errorf("changed %d settings, want at least %d: %v", len(all), least, all)
	}
}

// ruleOf names the code that a run goes through.
func ruleOf(s settings) string {
	for _, kind := range []string{"sgd", "adam", "adamw"} {
		if s[kind] == 1 {
			return kind
		}
	}
	if s["variant"] == 1 {
		return "rmsprop as in torch"
	}
	return "rmsprop as in TensorFlow"
}

// numbers are the settings that a rule multiplies or adds.
func numbers(s settings) (names []string) {
	for _, name := range []string{"lr", "momentum", "dampening", "decay", "beta1", "beta2", "eps", "weight_decay", "clip_norm", "clip_value", "ema_decay"} {
		if s[name] != 0 {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
