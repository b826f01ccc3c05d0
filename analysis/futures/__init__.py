"""Questions over many futures: which policy is robust, where one fails, and which uncertainty decides."""
