package main

import "testing"

func TestProgressLine(t *testing.T) {
	const mega = 1 << 20
	for _, c := range []struct {
		have, total int64
		speed       float64
		columns     int
		want        string
	}{
		{25 * mega, 100 * mega, 5 * mega, 80, "w.pth  ██████░░░░░░░░░░░░░░░░░░░   25 %  25.0 of 100.0 MiB  5.0 MiB/s  15s left"},
		{100 * mega, 100 * mega, 5 * mega, 70, "w.pth  ████████████████████████  100 %  100.0 of 100.0 MiB  5.0 MiB/s"},
		{25 * mega, 100 * mega, 0, 40, "w.pth   25 %  25.0 of 100.0 MiB"},
		{25 * mega, 100 * mega, 0, 25, " 25 %  25.0 of 100.0 MiB"},
		{25 * mega, 100 * mega, 0, 10, " 25 %  25"},
		{25 * mega, 100 * mega, 0, 0, ""},
		{25 * mega, -1, 5 * mega, 80, "w.pth  25.0 MiB  5.0 MiB/s"},
		{0, 0, 0, 80, "w.pth  0.0 MiB"},
	} {
		if got := progressLine("w.pth", c.have, c.total, c.speed, inMebibytes, c.columns); got != c.want {
			t.Errorf("%+v: got\n%q", c, got)
		}
	}
	const want = "resnet50  ███████████████░░░░░░░░░░░░░░░   50 %  5000 of 10000 images  41.5 images/s  2m1s left"
	if got := progressLine("resnet50", 5000, 10000, 41.5, inImages, 100); got != want {
		t.Errorf("got\n%q", got)
	}
}
