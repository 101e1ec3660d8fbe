importScripts("{% static 'task-queue.js' %}", "{% static 'task-worker.js' %}");
