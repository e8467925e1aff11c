package main

// What `cnnlang help eval` says.
const evalHelp = "eval computes a net's outputs for pictures whose classes are known, a folder for each\n" +
	"or arrays, and says how good they are: top-1 and top-5, the loss (cross entropy, in\n" +
	"nats), for each class precision, recall and F1, which classes are taken for which,\n" +
	"how far probabilities can be trusted (the expected calibration error over 15 bins, and\n" +
	"Brier's score), and the pictures with the largest losses.\n\n" +
	"Folders are called as the net's classes are, case and _ for a blank aside, or by the\n" +
	"numbers of its outputs; ImageNet's may be all 1,000 synsets. Not every class needs a\n" +
	"folder; one that is no class is an error. Of a folder with train and val those of val\n" +
	"are taken, unless --part says otherwise; --split takes those that training held out.\n\n" +
	"--require has exit code 1 if a condition does not hold. Conditions are of top1, top5,\n" +
	"macro_f1 and ece, from 0 to 1, and of loss, brier and pictures, with the operators of\n" +
	"`cnnlang params --require`."

const evalExamples = "  cnnlang eval flowers.safetensors --data flowers\n" +
	"  cnnlang eval flowers.safetensors --data flowers --split 0.15 --confusion c.csv\n" +
	"  cnnlang eval flowers.safetensors --data tests --require 'top1 >= 0.97, ece <= 0.05'\n" +
	"  cnnlang eval resnet50 --data imagenet --part val -o json\n" +
	"  cnnlang eval my.cnn --data photos --weights w.pth --classes names.txt"
