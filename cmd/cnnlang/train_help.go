package main

// What `cnnlang help train` says.
const trainHelp = "train changes a net's weights until it tells the pictures of a folder apart: a folder in\n" +
	"it for each class, in the order of their names. They are checked with part of the\n" +
	"pictures, which is not learned from: those of a folder val beside train, of --val, or else\n" +
	"a share of all, by a hash of their content. A parameter `classes` of the net is set to\n" +
	"their number.\n\n" +
	"A net that makes pictures learns those of --target, each from the one of --data with the\n" +
	"same name, as many times as large as its output is to its input; both are cropped,\n" +
	"turned and mirrored alike. It is checked by its loss, and PSNR is told too.\n\n" +
	"How is a recipe, the section `train` of the net's text, in which --train and the flags for\n" +
	"single settings replace others; --show-recipe prints it. With --weights the net goes on\n" +
	"from a file, by the recipe finetune unless another is named, and tensors whose shape\n" +
	"depends on the number of classes are new. A .safetensors in place of a net goes on from\n" +
	"its own weights; a net whose weights come with the program begins with nothing, unless\n" +
	"--weights cnnlang:glyphs names them.\n\n" +
	"--output has the best weights so far, in safetensors, with the names of the classes, the\n" +
	"net and the recipe; FILE.state beside it has all there is to go on with. Both are written\n" +
	"after each epoch, whole or not at all, and the state every five minutes too. Ctrl-C ends\n" +
	"the training after the step that it is at, and saves the state; a second one ends it at\n" +
	"once. --resume goes on with the same bits as if it had not been interrupted, however that\n" +
	"was. No result depends on --threads. A step that gives no numbers is not taken; where\n" +
	"that began is said, and --on-nan says what happens then.\n\n" +
	"What comes before all that learns (the recipe's freeze and head_epochs) is computed as in\n" +
	"a run, and its values are kept in memory where they fit, so that pictures that do not\n" +
	"change are computed once, and others in --views versions; --features keeps them in a file\n" +
	"too. No result depends on what is kept.\n\n" +
	"A row for each epoch goes to standard output, or with -o jsonl a line of JSON for each\n" +
	"event, as --log writes them and docs/log.md describes them."

const trainExamples = "  cnnlang train resnet18 --data flowers --weights resnet18.pth --output flowers.safetensors\n" +
	"  cnnlang train --output flowers.safetensors --resume\n" +
	"  cnnlang train my.cnn --data mnist --output digits.safetensors --epochs 5 --batch 64\n" +
	"  cnnlang train my.cnn --data photos --val others --train 'optimizer = adamw(lr=3e-4)' --output w.safetensors\n" +
	"  cnnlang train resnet18 --weights resnet18.pth --data flowers --freeze conv1,bn1,layer1 --output w.safetensors\n" +
	"  cnnlang train my.cnn --data photos --output w.safetensors --log w.jsonl --curves w.svg\n" +
	"  cnnlang train espcn_relu --shape 1x1x32x32 --data small --target large --output w.safetensors\n" +
	"  cnnlang train my.cnn --data photos --find-lr --curves rate.svg\n" +
	"  cnnlang train mobilenet_v2 --show-recipe"
