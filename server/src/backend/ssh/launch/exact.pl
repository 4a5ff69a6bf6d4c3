# Second stage in perl, without modules: exactly the snapshot, then the shell.
my $file = "$t{place}/env";
my ($kind, $why, %e) = ("none", "");
# Other users of the machine must not have had a hand in it.
my $ours = sub { ($_[4] == $> || $_[4] == 0) && !($_[2] & 022) };
if (lstat $file) {
  my $in;
  if (-l $t{place} || !$ours->(stat $t{place})) { $why = "its directory is not this account's alone" }
  elsif (-l $file || !-f $file || !open($in, "<", $file)) { $why = "it cannot be read" }
  elsif (!$ours->(stat $in)) { $why = "others could have written it" }
  elsif (-s $in > 16 << 20) { $why = "it is too large" }
  else {
    local $/;
    my $all = <$in>;
    for (split /\0/, $all) { $e{$1} = $2 if /^([^=]+)=(.*)$/s }
    if (%e) { $kind = "exact" } else { $why = "it is empty" }
  }
}
my $say = sub { print STDERR "[transom] $_[0]\n" };
if ($kind eq "none") {
  %e = %o;
  $say->($why ? "The snapshot of the build's environment was not used: $why. This is the machine's own."
    : "There is no snapshot of the build's environment on this machine: this is the machine's own.");
}
delete @e{qw(SHLVL OLDPWD _ PS1 PROMPT_COMMAND)};
for (qw(TERM COLORTERM TRANSOM TRANSOM_SESSION_ID TRANSOM_BUILD_ID SSH_CONNECTION SSH_CLIENT SSH_TTY PWD)) {
  if (defined $o{$_}) { $e{$_} = $o{$_} } else { delete $e{$_} }
}
$e{LANG} = $t{lang} unless grep { length($e{$_} // "") } qw(LC_ALL LC_CTYPE LANG);
my ($shell, $sort) = ("/bin/sh", "");
# Without a snapshot to trust, its description is not to be trusted either.
$t{shell} = "" if $kind eq "none";
for ($t{shell}, $e{SHELL}, $o{SHELL}, "/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash") {
  next unless defined && m{^/} && !m{/(?:nologin|false|true)$} && -f && -x _;
  $shell = $_;
  last;
}
my ($name) = $shell =~ m{([^/]+)$};
$sort = "bash" if $name =~ /^bash/;
$sort = "zsh" if $name =~ /^zsh/;
$sort = "sh" if $name =~ /^(?:sh|dash|ash|busybox|m?ksh(?:93)?|yash)$/;
if ($kind eq "exact" && $sort eq "sh" && (my @odd = grep { !/^[A-Za-z_]\w*$/a } keys %e)) {
  $kind = "approximate";
  $say->("The environment is approximate: $name does not pass on " . @odd . " names that are not identifiers.");
}
my %head = (%t, kind => $kind, path => $e{PATH} // "", zdot => $e{ZDOTDIR} // "", envfile => $e{ENV} // "");
my $rc = "";
for (qw(kit session build dir start place gen step bare quiet kind path zdot envfile)) {
  (my $v = $head{$_} // "") =~ s/\x27/\x27\\\x27\x27/g;
  $rc .= "__transom_$_=\x27$v\x27\n";
}
$rc .= "$t{common}\n";
# A file without a name; where the disk is full, a pipe.
my @kept;
my $fd = sub {
  my ($r, $w);
  if (open($r, "+>", undef) && defined syswrite($r, " ")) {
    sysseek $r, 0, 0;
    $w = $r;
  } else { pipe $r, $w }
  my $n = fileno $r;
  syswrite $w, "exec $n<&-\n$_[0]";
  sysseek $r, 0, 0;
  fcntl $r, 2, 0;
  push @kept, $r;
  close $w unless $w == $r;
  $n;
};
my @run = ($name, "-i");
if ($sort eq "bash") {
  my $n = $fd->("$rc$t{bash}\n");
  if ($t{bare}) { @run = ($name, "--norc", "-i"); $e{PROMPT_COMMAND} = ". /dev/fd/$n" }
  else { @run = ($name, "--rcfile", "/dev/fd/$n", "-i") }
} elsif ($sort eq "sh") {
  $e{ENV} = "/dev/fd/" . $fd->("$rc$t{sh}\n");
} elsif ($sort eq "zsh") {
  my $dir = ($e{TMPDIR} || "/tmp") . "/transom-$$-" . int rand 1e9;
  if (mkdir $dir, 0700) {
    for ([".zshenv", "$rc$t{zshenv}\n"], [".zshrc", "$t{zsh}\n"]) {
      my $out;
      open($out, ">", "$dir/$_->[0]") && print $out $_->[1];
    }
    $e{ZDOTDIR} = $dir;
    @run = ($name, $t{bare} ? "-di" : "-i");
  } else { $sort = ""; @run = ($name, "-fi") if $t{bare} }
}
print "\033]7337;transom;ready;$kind\007" unless $sort || $t{quiet};
# One string of an environment may have 128 KiB on Linux: what no program can be given is left out.
for (1 .. 100) {
  %ENV = %e;
  exec { $shell } @run;
  my ($big) = sort { length $e{$b} <=> length $e{$a} } keys %e;
  last unless defined $big && length $e{$big} > 4096;
  $say->("The environment is approximate: $big is too long to be passed on.");
  delete $e{$big};
}
$say->("$shell does not start: $!");
exit 127;
