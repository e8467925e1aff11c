package weights

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Names that differ by a few rules are found to do so.
func TestRules(t *testing.T) {
	names := []string{"conv1.weight", "bn1.weight", "bn1.bias"}
	for layer := 1; layer <= 4; layer++ {
		for block := range 3 {
			for i := 1; i <= 2; i++ {
				names = append(names, fmt.Sprintf("layer%d.%d.conv%d.weight", layer, block, i), fmt.Sprintf("layer%d.%d.bn%d.weight", layer, block, i), fmt.Sprintf("layer%d.%d.bn%d.bias", layer, block, i))
			}
		}
		names = append(names, fmt.Sprintf("layer%d.0.downsample.0.weight", layer), fmt.Sprintf("layer%d.0.downsample.1.weight", layer))
	}
	names = append(names, "fc.weight", "fc.bias")
	for name, c := range map[string]struct {
		file func(name string) string
		want []string
	}{
		"the same":    {strings.Clone, nil},
		"one stage":   {strings.NewReplacer("layer", "stage").Replace, []string{"stage{i}.=layer{i}."}},
		"a prefix":    {func(s string) string { return "net." + s }, []string{"net.="}},
		"two":         {func(s string) string { return strings.Replace("backbone."+s, "backbone.fc", "head.fc", 1) }, []string{"head.=", "backbone.="}},
		"some deeper": {strings.NewReplacer("conv1.weight", "x.conv1.weight").Replace, []string{"x.=", "{x:path}.x.{y:path}={x}.{y}"}},
		"within":      {strings.NewReplacer("layer", "layer", ".conv", ".c", ".bn", ".norm").Replace, []string{"{x:path}.c{i}.{y:path}={x}.conv{i}.{y}", "{x:path}.norm{i}.{y:path}={x}.bn{i}.{y}"}},
		"everywhere": {strings.NewReplacer("conv", "c", "bn", "norm").Replace,
			[]string{"c1.=conv1.", "norm1.=bn1.", "{x:path}.c{i}.{y:path}={x}.conv{i}.{y}", "{x:path}.norm{i}.{y:path}={x}.bn{i}.{y}"}},
		"the last": {strings.NewReplacer("weight", "w", "bias", "b").Replace, []string{"{x:path}.b={x}.bias", "{x:path}.w={x}.weight"}},
		"exceptions": {strings.NewReplacer("layer", "stage", ".0.", ".first.").Replace,
			[]string{"stage{i}.first.downsample.first.=layer{i}.0.downsample.0.", "stage{i}.first.=layer{i}.0.", "stage{i}.=layer{i}."}},
		"more": {strings.NewReplacer("layer1.", "layer1.x.", "layer2.", "layer2.x.", "layer3.", "layer3.x.", "layer4.", "layer4.x.").Replace, []string{"layer{i}.x.=layer{i}."}},
		"underscores": {strings.NewReplacer("fc.", "fc_", "layer", "layer_", ".0.conv", "_0_conv").Replace,
			[]string{"fc_weight=fc.weight", "fc_bias=fc.bias", "layer_{i}_{j}_conv{k}.=layer{i}.{j}.conv{k}.", "layer_{i}.=layer{i}."}},
		"fewer":            {strings.NewReplacer(".downsample.", ".").Replace, []string{"layer{i:int}.{j:int}.{k:int}.=layer{i}.{j}.downsample.{k}."}},
		"too many":         {strings.NewReplacer("1", "one", "2", "two", "3", "three", "4", "four", "0", "none").Replace, nil},
		"no names to type": {strings.NewReplacer("layer", "layer'").Replace, nil},
	} {
		var pairs []Pair
		for _, own := range names {
			pairs = append(pairs, Pair{own, c.file(own)})
		}
		got := Rules(pairs)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// What looking for rules costs is bounded, whatever names a file has.
func TestRulesOfManyNames(t *testing.T) {
	var pairs []Pair
	for i := range 1 << 16 {
		pairs = append(pairs, Pair{fmt.Sprint("a", i), fmt.Sprint("b", i%7, ".", i)})
	}
	if got := Rules(pairs); got != nil {
		t.Errorf("got %q", got)
	}
	long := strings.Repeat("a.1", 1<<16)
	if got := Rules([]Pair{{"x.weight", long + ".weight"}, {"y.weight", "(" + long}}); got != nil {
		t.Errorf("got %q", got)
	}
}
