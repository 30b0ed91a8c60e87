"""What reaches a person who looks at a page now: the socket's guard, the live protocol's parts, the leave-taking."""
