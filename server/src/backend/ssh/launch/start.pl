# First stage where there is perl, without modules: finds the snapshot, goes to the build directory.
# Arguments: session, build, manner (user, bare or reload), on a reload the snapshot's directory and the
# current one, the build directory, the kit.
my (%t, %o);
@t{qw(session build manner place start dir kit)} = @ARGV;
(undef, @t{qw(common bash zshenv zsh sh)}) = split /\x1e/, $t{kit};
my $tty;
-t STDIN or open($tty, "<", "/dev/tty") and open STDIN, "<&", $tty;
-t STDOUT or open($tty, ">", "/dev/tty") and open STDOUT, ">&", $tty;
-t STDERR or open($tty, ">", "/dev/tty") and open STDERR, ">&", $tty;
$| = 1;
$t{bare} = $t{manner} eq "bare";
# Nobody looks for the marks on a reload.
$t{quiet} = $t{manner} eq "reload";
print "\e]7337;transom;started\a" unless $t{quiet};
system "stty sane 2>/dev/null" if $t{bare};
my ($home, $own, $all) = ($ENV{HOME} // "", "builds/$t{build}", "/var/lib/transom");
unless (length $t{place}) {
  my @places = ("$all/$own", length $home ? "$home/.transom/$own" : ());
  unshift @places, "$ENV{TRANSOM_HOME}/$own" if length($ENV{TRANSOM_HOME} // "");
  ($t{place}) = grep { -e "$_/env" } @places;
  # Where it would come to be.
  $t{place} //= -d $all ? "$all/$own" : $places[-1];
}
# The description first: an older one with a newer snapshot only hints once too often.
my ($about, $file_of_it, $said) = ("$t{place}/env.json", undef, "");
read $file_of_it, $said, 65536 if -f $about && open $file_of_it, "<", $about;
$t{gen} = $said =~ /"generation"[^:\n]*:[^0-9\n]*([0-9]{1,9})(?![0-9])/ ? $1 : 0;
# What is escaped there is too much for the shells.
my $word = sub { $said =~ /"$_[0]":[^"\n]*"([^"\\\x00-\x1f\x7f]*)"/ ? $1 : "" };
$t{$_} = $word->($_) for qw(step shell);
$t{dir} = $word->("build_dir") unless length $t{dir};
$t{start} = $t{dir} unless length $t{start};
unless (length $t{start} && chdir $t{start}) {
  print "[transom] The build directory $t{start} is not there yet. Go there later with: transom cd\n"
    if length $t{start};
  $t{start} = length $home && chdir $home ? $home : "/";
  chdir $t{start};
}
$t{lang} = -d "/System/Library" ? "en_US.UTF-8" : "C.UTF-8";
%o = %ENV;
$o{TERM} ||= "xterm-256color";
@o{qw(COLORTERM TRANSOM TRANSOM_SESSION_ID TRANSOM_BUILD_ID)} = ("truecolor", 1, @t{qw(session build)});
$o{PWD} = $t{start};
delete $o{PWD} unless $t{start} =~ m{^/};
