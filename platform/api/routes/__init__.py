"""The operations, area by area. Each is door, service, shape, as a page is; none knows a right of its own."""
