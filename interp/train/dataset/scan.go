package dataset

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"

	"cnnlang/interp/picture"
)

// scan reads and decodes all files once, and leaves out those that are no pictures.
func (d *Data) scan(ctx context.Context, from *files) error {
	all := newPool(from, len(from.list), d.o.Keep)
	if d.pairs != nil {
		all.targets, all.aside = make([]digest, len(from.list)), make([]picture.Bitmap, len(from.list))
	}
	problems := make([]error, len(from.list))
	err := d.each(ctx, len(from.list), func(i int) { problems[i] = d.look(ctx, all, from, i) })
	if err != nil {
		return err
	}
	var good []int
	for i, err := range problems {
		switch {
		case err == nil:
			good = append(good, i)
		case errors.Is(err, errOther):
			d.Others.add(from.name(i))
		default:
			d.Bad = append(d.Bad, Bad{from.name(i), why(err)})
		}
	}
	if len(d.Bad) > 0 && !d.o.SkipBad {
		return &BadError{Bad: d.Bad, All: len(good) + len(d.Bad)}
	}
	d.pool = all.only(from, good)
	return nil
}

// look reads one file.
func (d *Data) look(ctx context.Context, all *pool, from *files, i int) error {
	one := from.list[i]
	name := from.name(i)
	content, err := contentOf(name)
	if err != nil {
		return err
	}
	all.hashes[i], all.labels[i] = sha256.Sum256(content), one.label
	all.val[i] = from.likely(i, all.hashes[i])
	b, err := d.o.Prepare.Bitmap(ctx, name, content, d.o.MaxPicture)
	if err != nil {
		return err
	}
	all.grey[i] = isGrey(b)
	if d.pairs != nil {
		if err := d.lookAside(ctx, all, from, i, b.Width, b.Height); err != nil {
			return err
		}
	}
	if b, err = d.o.form(ctx, b, all.val[i]); err != nil {
		return err
	}
	all.keep(all.kept, i, b)
	return nil
}

// isGrey reports whether a picture has no colours.
func isGrey(b picture.Bitmap) bool {
	for pixels := b.Pix; len(pixels) >= 3; pixels = pixels[3:] {
		if pixels[0] != pixels[1] || pixels[1] != pixels[2] {
			return false
		}
	}
	return true
}

// only is the pool of some of the files.
func (p *pool) only(from *files, good []int) *pool {
	out := newPool(nil, len(good), p.room.Load())
	list := make([]file, len(good))
	for to, i := range good {
		list[to] = from.list[i]
		out.labels[to], out.hashes[to], out.val[to] = p.labels[i], p.hashes[i], p.val[i]
		out.grey[to], out.kept[to] = p.grey[i], p.kept[i]
		if p.targets != nil {
			out.targets, out.aside = append(out.targets, p.targets[i]), append(out.aside, p.aside[i])
		}
	}
	from.list = list
	out.from = from
	return out
}

// settle makes those pictures anew that are kept for another side than they are on.
func (d *Data) settle(ctx context.Context) error {
	from, ok := d.pool.from.(*files)
	if !ok || !d.o.crops() {
		return nil
	}
	for i := range from.list {
		if d.pool.val[i] == from.likely(i, d.pool.hashes[i]) {
			continue
		}
		if err := d.anew(ctx, d.pool.kept, i, d.formed); err != nil {
			return err
		}
		if err := d.anew(ctx, d.pool.aside, i, d.formedAside); err != nil {
			return err
		}
	}
	return nil
}

// anew makes a picture anew that is kept.
func (d *Data) anew(ctx context.Context, in []picture.Bitmap, i int, formed func(context.Context, int) (picture.Bitmap, error)) error {
	if in == nil || in[i].Pix == nil {
		return nil
	}
	d.pool.drop(in, i)
	b, err := formed(ctx, i)
	if err == nil {
		d.pool.keep(in, i, b)
	}
	return err
}

// each calls do with 0 to n-1 on all threads, and tells of the progress. Its error is that of ctx.
func (d *Data) each(ctx context.Context, n int, do func(i int)) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	var telling sync.Mutex
	done := 0
	var crash any
	for range min(d.o.Threads, n) {
		wait.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					telling.Lock()
					crash = r
					telling.Unlock()
				}
			}()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
				telling.Lock()
				done++
				if d.o.Progress != nil && ctx.Err() == nil {
					d.o.Progress(done, n)
				}
				telling.Unlock()
			}
		})
	}
	wait.Wait()
	if crash != nil { // a bug: let it surface where it was called
		panic(crash)
	}
	return ctx.Err()
}
