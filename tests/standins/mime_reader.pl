# Reads a message as Perl's Email::MIME does, and says as JSON what it found; it shares no code with Python's parser.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Email::MIME;
use JSON::PP;

sub addresses {
    my ($mail, $name) = @_;
    my $list = $mail->header_as_obj($name) or return [];
    return [map { [$_->phrase, $_->address] } $list->addresses];
}

sub part {
    my ($part) = @_;
    my ($type) = ($part->content_type // "text/plain") =~ /^([^;\s]+)/;
    my @inner = $type =~ m{^multipart/} ? $part->subparts : ();
    return [$type, [map { part($_) } @inner]] if @inner;
    my $content = $type =~ m{^text/} ? $part->body_str : sha256_hex($part->body);
    return [$type, $part->filename, $content];
}

binmode STDIN;
my $mail = Email::MIME->new(do { local $/; <STDIN> });
print JSON::PP->new->utf8->canonical->encode({
    subject => $mail->header_str("Subject"),
    map({ lc($_) => addresses($mail, $_) } qw(From To Reply-To)),
    parts => part($mail),
});
