// attack: a symbolic link as the exercise's file (the driver puts it there), to whatever the reader
// would like judged or
//         shown
// accepted: environment-error
#error a link was followed
